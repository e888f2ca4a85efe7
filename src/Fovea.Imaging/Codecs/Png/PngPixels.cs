namespace Fovea.Imaging.Codecs.Png;

/// <summary>Turns rebuilt rows into 8-bit interleaved pixels: unpacks 1, 2 and 4 bits, drops to 8 from 16, looks up the palette, applies tRNS.</summary>
internal sealed class PngPixels : IPngRowSink<byte>
{
    private readonly PngHeader _header;
    private readonly bool _keyed;
    private readonly int[] _key = new int[3];
    private readonly byte[] _colors = [];
    private readonly byte[] _unpacked = [];

    public PngPixels(PngFile file)
    {
        _header = file.Header;
        bool transparent = file.Transparency.Length != 0;
        switch (_header.Color)
        {
            case PngColor.Palette:
                file.RequirePalette();
                Format = transparent ? PixelFormat.Rgba : PixelFormat.Rgb;
                _colors = MakeColors(file, (int)Format);
                break;
            case PngColor.Grey or PngColor.Rgb when transparent:
                _keyed = true;
                ReadKey(file.Transparency);
                Format = _header.Color == PngColor.Grey ? PixelFormat.GreyAlpha : PixelFormat.Rgba;
                break;
            default:
                Format = (PixelFormat)_header.Channels;
                break;
        }

        if (_header.BitDepth < 8)
        {
            _unpacked = new byte[_header.Width];
        }
    }

    /// <summary>The format of the pixels that come out.</summary>
    public PixelFormat Format { get; }

    /// <summary>Whether a stored row already is a row of pixels.</summary>
    public bool Direct => _header.BitDepth == 8 && !_keyed && _colors.Length == 0;

    /// <inheritdoc/>
    public void Expand(ReadOnlySpan<byte> row, Span<byte> pixels)
    {
        if (_header.BitDepth < 8)
        {
            Span<byte> unpacked = _unpacked.AsSpan(0, pixels.Length / (int)Format);
            PngSamples.Unpack(row, unpacked, _header.BitDepth);
            row = unpacked;
        }

        if (_colors.Length != 0)
        {
            LookUp(row, pixels, (int)Format);
        }
        else if (_header.BitDepth == 16)
        {
            ExpandWide(row, pixels);
        }
        else if (_keyed)
        {
            ExpandKeyed(row, pixels);
        }
        else
        {
            Scale(row, pixels);
        }
    }

    /// <summary>Below 8 bits the brightest sample means white: 255 / (2^depth − 1) is whole for 1, 2, 4 and 8.</summary>
    private int Factor => 255 / ((1 << _header.BitDepth) - 1);

    private void Scale(ReadOnlySpan<byte> samples, Span<byte> pixels)
    {
        int factor = Factor;
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(samples[i] * factor);
        }
    }

    private void LookUp(ReadOnlySpan<byte> samples, Span<byte> pixels, int channels)
    {
        ReadOnlySpan<byte> colors = _colors;
        for (int i = 0, at = 0; at < pixels.Length; i++, at += channels)
        {
            ReadOnlySpan<byte> color = colors.Slice(samples[i] * channels, channels);
            Span<byte> pixel = pixels.Slice(at, channels);
            pixel[0] = color[0];
            pixel[1] = color[1];
            pixel[2] = color[2];
            if (channels == 4)
            {
                pixel[3] = color[3];
            }
        }
    }

    private void ExpandKeyed(ReadOnlySpan<byte> samples, Span<byte> pixels)
    {
        int channels = _header.Channels, factor = Factor;
        for (int i = 0, at = 0; at < pixels.Length; at++)
        {
            bool match = true;
            for (int c = 0; c < channels; c++, i++, at++)
            {
                match &= samples[i] == _key[c];
                pixels[at] = (byte)(samples[i] * factor);
            }

            pixels[at] = (byte)(match ? 0 : 255);
        }
    }

    private void ExpandWide(ReadOnlySpan<byte> row, Span<byte> pixels)
    {
        if (!_keyed)
        {
            for (int i = 0; i < pixels.Length; i++)
            {
                pixels[i] = row[2 * i];
            }

            return;
        }

        int channels = _header.Channels;
        for (int i = 0, at = 0; at < pixels.Length; at++)
        {
            bool match = true;
            for (int c = 0; c < channels; c++, i += 2, at++)
            {
                match &= (row[i] << 8 | row[i + 1]) == _key[c];
                pixels[at] = row[i];
            }

            pixels[at] = (byte)(match ? 0 : 255);
        }
    }

    private void ReadKey(byte[] transparency)
    {
        int channels = _header.Channels;
        if (transparency.Length < 2 * channels)
        {
            throw new ImageException(ImageError.Malformed, $"png: expected a tRNS chunk of {2 * channels} bytes, got {transparency.Length}.");
        }

        for (int c = 0; c < channels; c++)
        {
            _key[c] = (transparency[2 * c] << 8 | transparency[2 * c + 1]) & ((1 << _header.BitDepth) - 1);
        }
    }

    /// <summary>All 256 entries, so that no index is out of range: those beyond the file's palette are black, as libpng has them.</summary>
    private static byte[] MakeColors(PngFile file, int channels)
    {
        byte[] colors = new byte[256 * channels];
        for (int i = 0; i < 256; i++)
        {
            if (3 * i < file.Palette.Length)
            {
                file.Palette.AsSpan(3 * i, 3).CopyTo(colors.AsSpan(i * channels));
            }

            if (channels == 4)
            {
                colors[4 * i + 3] = i < file.Transparency.Length ? file.Transparency[i] : (byte)255;
            }
        }

        return colors;
    }
}
