namespace Fovea.Imaging.Codecs.Tiff;

/// <summary>Takes the samples of a picture as they are unpacked.</summary>
internal interface ITiffTarget
{
    /// <summary>Takes a piece of a row.</summary>
    /// <param name="x">The first pixel.</param>
    /// <param name="y">The row.</param>
    /// <param name="channel">The one channel of the samples; 0 where they have all.</param>
    /// <param name="samples">The samples, interleaved where they have all channels; black is 0 in all of them.</param>
    void Put(int x, int y, int channel, ReadOnlySpan<ushort> samples);
}

/// <summary>Keeps samples as they are stored.</summary>
internal sealed class StoredTarget(TiffLayout layout) : ITiffTarget
{
    private readonly ushort[] _samples = new ushort[layout.Width * layout.Height * (int)layout.Format];

    /// <summary>The picture.</summary>
    public StoredImage Result()
    {
        if (layout.IsPremultiplied)
        {
            Alpha.Divide<ushort>(_samples, (int)layout.Format, layout.Maximum);
        }

        return new(layout.Width, layout.Height, layout.Format, layout.Maximum, _samples, layout.Palette);
    }

    public void Put(int x, int y, int channel, ReadOnlySpan<ushort> samples)
    {
        int kept = (int)layout.Format, step = layout.SamplesInChunk, most = Math.Min(step, kept);
        for (int i = 0, at = ((y * layout.Width) + x) * kept + channel; i < samples.Length; i += step, at += kept)
        {
            samples.Slice(i, most).CopyTo(_samples.AsSpan(at, most));
        }
    }
}

/// <summary>Brings samples to 8 bits: of 16 the upper 8 are kept, below 8 the largest means white, and indices become colours.</summary>
internal sealed class PixelTarget(TiffLayout layout) : ITiffTarget
{
    private readonly Image _image = new(layout.Width, layout.Height, FormatOf(layout));

    /// <summary>The format of the pixels.</summary>
    public static PixelFormat FormatOf(TiffLayout layout) => layout.Palette.Length > 0 ? PixelFormat.Rgb : layout.Format;

    /// <summary>The picture.</summary>
    public Image Result()
    {
        if (layout.IsPremultiplied)
        {
            Alpha.Divide<byte>(_image.Pixels, _image.Channels, byte.MaxValue);
        }

        return _image;
    }

    public void Put(int x, int y, int channel, ReadOnlySpan<ushort> samples)
    {
        int kept = _image.Channels, step = layout.SamplesInChunk, most = Math.Min(step, kept);
        Span<byte> row = _image.Row(y)[(x * kept)..];
        if (layout.Palette.Length > 0)
        {
            for (int i = 0; i < samples.Length; i++)
            {
                layout.Palette.AsSpan(3 * samples[i], 3).CopyTo(row[(3 * i)..]);
            }

            return;
        }

        int shift = Math.Max(0, layout.Bits - 8), factor = layout.Bits < 8 ? byte.MaxValue / layout.Maximum : 1;
        for (int i = 0, at = channel; i < samples.Length; i += step, at += kept)
        {
            for (int c = 0; c < most; c++)
            {
                row[at + c] = (byte)((samples[i + c] >> shift) * factor);
            }
        }
    }
}
