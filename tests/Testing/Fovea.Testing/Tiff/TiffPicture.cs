namespace Fovea.Testing.Tiff;

/// <summary>A page to write: its samples, and how they are stored.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Bits">Bits a sample.</param>
/// <param name="Samples">Samples a pixel.</param>
/// <param name="Values">The samples, interleaved.</param>
public sealed record TiffPicture(int Width, int Height, int Bits, int Samples, ushort[] Values)
{
    public int Photometric { get; init; } = 1;

    public int Compression { get; init; } = 1;

    public int Predictor { get; init; } = 1;

    public bool IsSeparate { get; init; }

    /// <summary>Side of a tile; 0 for strips.</summary>
    public int Tile { get; init; }

    public int RowsPerStrip { get; init; } = 3;

    /// <summary>Further tags, and those that take the place of the usual: type and values by number.</summary>
    public Dictionary<int, (int Type, long[] Values)> Tags { get; init; } = [];

    /// <summary>A page of values drawn from all that fit into the bits.</summary>
    public static TiffPicture Drawn(int width, int height, int bits, int samples, int seed = 1)
    {
        var random = new Random(seed);
        ushort[] values = new ushort[width * height * samples];
        for (int i = 0; i < values.Length; i++)
        {
            // Runs, so that packing has something to pack.
            values[i] = i >= samples && random.Next(3) == 0 ? values[i - samples] : (ushort)random.Next(1 << bits);
        }

        return new TiffPicture(width, height, bits, samples, values) { Photometric = samples >= 3 ? 2 : 1 };
    }

    public TiffPicture With(int tag, int type, params long[] values) => this with { Tags = new(Tags) { [tag] = (type, values) } };

    /// <summary>The strips or tiles, packed, in the file's order.</summary>
    public IReadOnlyList<byte[]> Chunks(bool little)
    {
        int wide = Tile > 0 ? Tile : Width, high = Tile > 0 ? Tile : RowsPerStrip, step = IsSeparate ? 1 : Samples;
        var chunks = new List<byte[]>();
        for (int plane = 0; plane < (IsSeparate ? Samples : 1); plane++)
        {
            for (int top = 0; top < Height; top += high)
            {
                for (int left = 0; left < Width; left += wide)
                {
                    int rows = Tile > 0 ? high : Math.Min(high, Height - top);
                    chunks.Add(TiffPacking.Pack([.. Enumerable.Range(top, rows).SelectMany(y => Row(plane, left, y, wide, step, little))], Compression));
                }
            }
        }

        return chunks;
    }

    private byte[] Row(int plane, int left, int y, int wide, int step, bool little)
    {
        int[] row = new int[wide * step];
        for (int i = 0; i < row.Length; i++)
        {
            int x = left + (i / step), channel = IsSeparate ? plane : i % step;
            row[i] = x < Width && y < Height ? Values[(((y * Width) + x) * Samples) + channel] : 0;
        }

        for (int i = row.Length - 1; Predictor == 2 && i >= step; i--)
        {
            row[i] = (row[i] - row[i - step]) & ((1 << Bits) - 1);
        }

        byte[] bytes = new byte[((row.Length * Bits) + 7) / 8];
        for (int i = 0; i < row.Length; i++)
        {
            if (Bits == 16)
            {
                (bytes[2 * i], bytes[(2 * i) + 1]) = little ? ((byte)row[i], (byte)(row[i] >> 8)) : ((byte)(row[i] >> 8), (byte)row[i]);
            }
            else
            {
                bytes[i * Bits / 8] |= (byte)(row[i] << (8 - Bits - (i * Bits % 8)));
            }
        }

        return bytes;
    }
}
