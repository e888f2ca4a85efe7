namespace Fovea.Imaging.Codecs.Netpbm;

/// <summary>
/// Reads the plain family of Netpbm: PBM (P1, P4), PGM (P2, P5) and PPM (P3, P6), as text or binary, with up to 16 bits a sample.
/// <para>
/// Pixels are scaled to 0–255 by round(255 · v / maximum), halves to even; values above the maximum count as the maximum. In PBM 1 is black.
/// Of a file with several pictures the first is read.
/// </para>
/// </summary>
public sealed class NetpbmDecoder : IImageDecoder
{
    /// <inheritdoc/>
    public string Name => "netpbm";

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> header) => PictureFormats.Netpbm.Matches(header);

    /// <inheritdoc/>
    public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        NetpbmHeader header = NetpbmHeader.Parse(data, limits, sizeof(byte));
        var image = new Image(header.Width, header.Height, header.Format);
        if (header.Kind >= 5 && header.Maximum == byte.MaxValue)
        {
            header.Body[..image.Pixels.Length].CopyTo(image.Pixels);
            return image;
        }

        // A row at a time, so that no second picture is held.
        byte[] table = ScaleTable(header.Maximum);
        ushort[] samples = new ushort[header.Width * image.Channels];
        var rows = new NetpbmSamples(header);
        for (int y = 0; y < header.Height; y++)
        {
            rows.ReadRow(samples);
            Span<byte> row = image.Row(y);
            for (int i = 0; i < samples.Length; i++)
            {
                row[i] = table[Math.Min(samples[i], header.Maximum)];
            }
        }

        return image;
    }

    /// <inheritdoc/>
    /// <remarks>Samples are not scaled, and those above the maximum stay what they are. In bitmaps 1 is white, as it is in PNG.</remarks>
    public StoredImage DecodeStored(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        NetpbmHeader header = NetpbmHeader.Parse(data, limits, sizeof(ushort));
        int length = header.Width * (int)header.Format;
        ushort[] samples = new ushort[header.Height * length];
        var rows = new NetpbmSamples(header);
        for (int y = 0; y < header.Height; y++)
        {
            rows.ReadRow(samples.AsSpan(y * length, length));
        }

        return new StoredImage(header.Width, header.Height, header.Format, header.Maximum, samples);
    }

    /// <inheritdoc/>
    public PictureHeader? ReadHeader(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        NetpbmHeader header = NetpbmHeader.Parse(data, limits, 0);
        return new PictureHeader(header.Width, header.Height, header.Maximum);
    }

    private static byte[] ScaleTable(int most)
    {
        byte[] table = new byte[most + 1];
        for (int value = 0; value <= most; value++)
        {
            table[value] = (byte)Math.Round((double)value / most * 255, MidpointRounding.ToEven);
        }

        return table;
    }
}
