namespace Fovea.Imaging.Codecs.Netpbm;

/// <summary>
/// Reads the plain family of Netpbm: PBM (P1, P4), PGM (P2, P5) and PPM (P3, P6), as text or binary, with up to 16 bits a sample.
/// <para>
/// Samples are scaled to 0–255 by round(255 · v / maximum), halves to even; values above the maximum count as the maximum. In PBM 1 is black.
/// Of a file with several pictures the first is read.
/// </para>
/// </summary>
public sealed class NetpbmDecoder : IImageDecoder
{
    /// <inheritdoc/>
    public string Name => "netpbm";

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> header) =>
        header.Length >= 3 && header[0] == 'P' && header[1] is >= (byte)'1' and <= (byte)'6' && (NetpbmText.IsSpace(header[2]) || header[2] == '#');

    /// <inheritdoc/>
    public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (!Matches(data))
        {
            throw new ImageException(ImageError.Malformed, "netpbm: the file does not begin with P1 to P6 and a space.");
        }

        int kind = data[1] - '0';
        bool text = kind <= 3, bitmap = kind is 1 or 4;
        var reader = new NetpbmText(data[2..]);
        int width = reader.Number("width"), height = reader.Number("height");
        int most = bitmap ? 1 : reader.Number("maximum");
        if (most is < 1 or > 65535)
        {
            throw new ImageException(ImageError.Malformed, $"netpbm: expected a maximum of 1 to 65535, got {most}.");
        }

        PixelFormat format = kind is 3 or 6 ? PixelFormat.Rgb : PixelFormat.Grey;
        long samples = (long)width * height * (int)format;
        limits.Check("netpbm", width, height, samples + most);
        ReadOnlySpan<byte> body = text ? reader.Rest : reader.AfterOneSpace();

        long wanted = kind switch
        {
            4 => (long)height * ((width + 7) / 8),
            1 => samples,
            _ when text => 2 * samples - 1,
            _ => samples * (most > 255 ? 2 : 1),
        };
        if (body.Length < wanted)
        {
            throw new ImageException(ImageError.Truncated, $"netpbm: {width}x{height} pixels take at least {wanted} bytes, {body.Length} are there.");
        }

        var image = new Image(width, height, format);
        if (kind == 4)
        {
            ReadBits(body, image);
        }
        else if (text)
        {
            ReadText(new NetpbmText(body), image.Pixels, bitmap, ScaleTable(most));
        }
        else
        {
            ReadBinary(body, image.Pixels, most);
        }

        return image;
    }

    private static void ReadBits(ReadOnlySpan<byte> body, Image image)
    {
        int stride = (image.Width + 7) / 8;
        for (int y = 0; y < image.Height; y++)
        {
            Span<byte> row = image.Row(y);
            ReadOnlySpan<byte> stored = body.Slice(y * stride, stride);
            for (int x = 0; x < row.Length; x++)
            {
                row[x] = (byte)((stored[x >> 3] >> (7 - (x & 7)) & 1) - 1);
            }
        }
    }

    private static void ReadText(NetpbmText reader, byte[] pixels, bool bitmap, byte[] table)
    {
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = bitmap ? (byte)(reader.Digit() - 1) : table[Math.Min(reader.Number("sample"), table.Length - 1)];
        }
    }

    private static void ReadBinary(ReadOnlySpan<byte> body, byte[] pixels, int most)
    {
        if (most == 255)
        {
            body[..pixels.Length].CopyTo(pixels);
            return;
        }

        byte[] table = ScaleTable(most);
        bool wide = most > 255;
        for (int i = 0; i < pixels.Length; i++)
        {
            int value = wide ? body[2 * i] << 8 | body[2 * i + 1] : body[i];
            pixels[i] = table[Math.Min(value, most)];
        }
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
