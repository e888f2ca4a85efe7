using System.IO.Compression;

namespace Fovea.Testing.Tiff;

/// <summary>The packings of TIFF, written from the specification.</summary>
public static class TiffPacking
{
    public static byte[] Pack(byte[] bytes, int compression) => compression switch
    {
        1 => bytes,
        5 => Lzw(bytes),
        8 or 32946 => Deflate(bytes),
        32773 => PackBits(bytes),
        _ => throw new ArgumentException($"{compression}", nameof(compression)),
    };

    private static byte[] Deflate(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        return packed.ToArray();
    }

    // Runs of three and more, and what lies between them as it is.
    private static byte[] PackBits(byte[] bytes)
    {
        var packed = new List<byte>();
        for (int at = 0; at < bytes.Length;)
        {
            int run = Run(bytes, at);
            if (run >= 3)
            {
                packed.AddRange([(byte)(257 - run), bytes[at]]);
                at += run;
                continue;
            }

            int end = at;
            while (end < bytes.Length && end - at < 128 && Run(bytes, end) < 3)
            {
                end++;
            }

            packed.Add((byte)(end - at - 1));
            packed.AddRange(bytes[at..end]);
            at = end;
        }

        return [.. packed];
    }

    private static int Run(byte[] bytes, int at)
    {
        int end = at;
        while (end < bytes.Length && end - at < 128 && bytes[end] == bytes[at])
        {
            end++;
        }

        return end - at;
    }

    // Codes of 9 to 12 bits, the highest first; the width grows one code early, and the table is cleared before it is full.
    private static byte[] Lzw(byte[] bytes)
    {
        const int clear = 256, end = 257, first = 258, full = 4094;
        var packed = new List<byte>();
        var table = new Dictionary<(int, byte), int>();
        int next = first, width = 9, bits = 0, held = 0;
        void Put(int code)
        {
            held = (held << width) | code;
            for (bits += width; bits >= 8; bits -= 8)
            {
                packed.Add((byte)(held >> (bits - 8)));
            }

            held &= (1 << bits) - 1;
        }

        void Grow()
        {
            next++;
            width = next > 2047 ? 12 : next > 1023 ? 11 : next > 511 ? 10 : 9;
        }

        Put(clear);
        int word = -1;
        foreach (byte value in bytes)
        {
            if (word < 0)
            {
                word = value;
            }
            else if (table.TryGetValue((word, value), out int longer))
            {
                word = longer;
            }
            else
            {
                Put(word);
                table[(word, value)] = next;
                Grow();
                if (next == full)
                {
                    Put(clear);
                    table.Clear();
                    (next, width) = (first, 9);
                }

                word = value;
            }
        }

        Put(word);
        Grow();
        Put(end);
        if (bits > 0)
        {
            packed.Add((byte)(held << (8 - bits)));
        }

        return [.. packed];
    }
}
