using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Png;

/// <summary>The colour types of PNG, by their numbers in the file.</summary>
internal enum PngColor : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}

/// <summary>The IHDR chunk, checked.</summary>
internal readonly record struct PngHeader(int Width, int Height, int BitDepth, PngColor Color, bool Interlaced)
{
    /// <summary>Samples a pixel as stored.</summary>
    public int Channels => Color switch
    {
        PngColor.Rgb => 3,
        PngColor.GreyAlpha => 2,
        PngColor.Rgba => 4,
        _ => 1,
    };

    /// <summary>Bits a pixel as stored.</summary>
    public int BitsPerPixel => Channels * BitDepth;

    /// <summary>The distance, in bytes, to the byte that a filter takes for the left neighbour.</summary>
    public int FilterStep => Math.Max(1, BitsPerPixel / 8);

    /// <summary>The bytes of a stored row of <paramref name="width"/> pixels, without the filter's byte.</summary>
    public int RowBytes(int width) => checked((int)(((long)width * BitsPerPixel + 7) / 8));

    /// <summary>The bytes that the compressed stream must give: every row of every pass with its filter's byte.</summary>
    public long RawBytes()
    {
        if (!Interlaced)
        {
            return (long)Height * (1 + RowBytes(Width));
        }

        long total = 0;
        foreach (Adam7.Pass pass in Adam7.Passes)
        {
            int width = pass.Width(Width);
            total += width == 0 ? 0 : (long)pass.Height(Height) * (1 + RowBytes(width));
        }

        return total;
    }

    /// <summary>Reads the 13 bytes of an IHDR chunk.</summary>
    public static PngHeader Parse(ReadOnlySpan<byte> body, ImageLimits limits)
    {
        if (body.Length != 13)
        {
            throw new ImageException(ImageError.Malformed, $"png: expected an IHDR chunk of 13 bytes, got {body.Length}.");
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(body);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
        byte depth = body[8];
        var color = (PngColor)body[9];
        bool known = color switch
        {
            PngColor.Grey => depth is 1 or 2 or 4 or 8 or 16,
            PngColor.Palette => depth is 1 or 2 or 4 or 8,
            PngColor.Rgb or PngColor.GreyAlpha or PngColor.Rgba => depth is 8 or 16,
            _ => false,
        };
        if (!known)
        {
            throw new ImageException(ImageError.Malformed, $"png: no such combination as colour type {body[9]} with {depth} bits a sample.");
        }

        if (body[10] != 0 || body[11] != 0 || body[12] > 1)
        {
            throw new ImageException(ImageError.Unsupported,
                $"png: expected compression 0, filter 0 and interlace 0 or 1, got {body[10]}, {body[11]} and {body[12]}.");
        }

        limits.Check("png", width, height, 0);
        return new PngHeader((int)width, (int)height, depth, color, body[12] == 1);
    }
}
