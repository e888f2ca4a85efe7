namespace Fovea.Imaging.Codecs.Netpbm;

/// <summary>The header of a Netpbm file, checked against what follows it.</summary>
internal readonly ref struct NetpbmHeader
{
    private NetpbmHeader(int kind, int width, int height, int maximum, ReadOnlySpan<byte> body)
    {
        Kind = kind;
        Width = width;
        Height = height;
        Maximum = maximum;
        Body = body;
    }

    /// <summary>1 to 6: bitmap, graymap and pixmap as text, then the same in binary.</summary>
    public int Kind { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The value of white; 1 for bitmaps.</summary>
    public int Maximum { get; }

    /// <summary>The samples, text or binary.</summary>
    public ReadOnlySpan<byte> Body { get; }

    public bool IsBitmap => Kind is 1 or 4;

    public PixelFormat Format => Kind is 3 or 6 ? PixelFormat.Rgb : PixelFormat.Grey;

    /// <summary>Reads the header.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="limits">How much may be spent.</param>
    /// <param name="bytesPerSample">The memory that decoding takes.</param>
    public static NetpbmHeader Parse(ReadOnlySpan<byte> data, ImageLimits limits, int bytesPerSample)
    {
        if (!PictureFormats.Netpbm.Matches(data))
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

        long samples = (long)width * height * (kind is 3 or 6 ? 3 : 1);
        limits.Check("netpbm", width, height, samples * bytesPerSample + most);
        ReadOnlySpan<byte> body = text ? reader.Rest : reader.AfterOneSpace();
        long wanted = kind switch
        {
            4 => (long)height * ((width + 7) / 8),
            1 => samples,
            _ when text => 2 * samples - 1,
            _ => samples * (most > 255 ? 2 : 1),
        };
        return body.Length >= wanted ? new NetpbmHeader(kind, width, height, most, body)
            : throw new ImageException(ImageError.Truncated, $"netpbm: {width}x{height} pixels take at least {wanted} bytes, {body.Length} are there.");
    }
}
