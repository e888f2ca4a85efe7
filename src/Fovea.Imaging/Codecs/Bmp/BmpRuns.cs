namespace Fovea.Imaging.Codecs.Bmp;

/// <summary>
/// Expands BMP's run-length packing into one index a pixel, rows in the file's order. Pairs of bytes: (n, v) is n pixels of v (4 bits: v's
/// two halves in turn); (0, 0) ends the row, (0, 1) the picture, (0, 2) jumps by the next two bytes, (0, n) is n pixels as they are,
/// padded to a whole word. What is jumped over has index 0.
/// </summary>
internal static class BmpRuns
{
    public static byte[] Expand(ReadOnlySpan<byte> data, int width, int height, int bits)
    {
        byte[] indices = new byte[width * height];
        int x = 0, y = 0, at = 0;
        while (y < height)
        {
            if (at + 2 > data.Length)
            {
                if (y == height - 1 && x >= width)
                {
                    break;
                }

                throw new ImageException(ImageError.Truncated, $"bmp: the runs end at pixel ({x}, {y}) of {width}x{height}.");
            }

            int count = data[at], value = data[at + 1];
            at += 2;
            if (count == 0 && value == 1)
            {
                break;
            }

            if (count == 0 && value == 0)
            {
                (x, y) = (0, y + 1);
            }
            else if (count == 0 && value == 2)
            {
                if (at + 2 > data.Length)
                {
                    throw new ImageException(ImageError.Truncated, "bmp: the runs end inside a jump.");
                }

                x = Math.Min(width, x + data[at]);
                y += data[at + 1];
                at += 2;
            }
            else
            {
                // Pixels beyond the row's end are dropped, as common readers do.
                bool literal = count == 0;
                int pixels = literal ? value : count;
                ReadOnlySpan<byte> packed = literal ? Literal(data, ref at, pixels, bits) : data.Slice(at - 1, 1);
                Span<byte> run = indices.AsSpan(y * width + x, Math.Min(pixels, width - x));
                for (int i = 0; i < run.Length; i++)
                {
                    run[i] = bits == 8 ? packed[literal ? i : 0] : (byte)(packed[literal ? i / 2 : 0] >> (4 - i % 2 * 4) & 15);
                }

                x += run.Length;
            }
        }

        return indices;
    }

    private static ReadOnlySpan<byte> Literal(ReadOnlySpan<byte> data, ref int at, int pixels, int bits)
    {
        int length = (pixels * bits + 7) / 8;
        if (length > data.Length - at)
        {
            throw new ImageException(ImageError.Truncated, $"bmp: expected {length} bytes of pixels, {data.Length - at} are left.");
        }

        ReadOnlySpan<byte> packed = data.Slice(at, length);
        at += length + (length & 1);
        return packed;
    }
}
