namespace Fovea.Simd.Attention;

/// <summary>Sizes of criss-cross attention.</summary>
/// <param name="Batch">Number of maps.</param>
/// <param name="Depth">Channels of queries and keys.</param>
/// <param name="Channels">Channels of values.</param>
/// <param name="Height">Rows of a map.</param>
/// <param name="Width">Columns of a map.</param>
public readonly record struct CrissCrossShape(int Batch, int Depth, int Channels, int Height, int Width)
{
    /// <summary>Positions of one map.</summary>
    public int Positions => Height * Width;

    /// <summary>Numbers of the saved statistics: for each position the largest logit and one over the sum of the exponentials.</summary>
    public int Statistics => checked(2 * Batch * Positions);

    // A block of columns is turned together, so that every cache line that it touches is used whole; on tall maps the squares of its
    // logits would grow past the caches, and half a line must do.
    internal int BlockColumns => Math.Min(Width, Height <= 128 ? 16 : 8);

    internal int Blocks => (Width + BlockColumns - 1) / BlockColumns;

    // Channels that are turned at a time: enough for a product whose packing costs little, few enough for the second-level cache.
    internal int ChunkChannels => Math.Min(Channels, 128);

    internal long Values => (long)Batch * Channels * Positions;

    internal long Keys => (long)Batch * Depth * Positions;

    // Multiply-adds of one row, in the unit of the loops' grain.
    internal long RowWork => ((long)Width * Width * (Depth + Channels) / 16) + 1;

    internal long BlockWork => ((long)BlockColumns * Height * Height * (Depth + Channels) / 16) + 1;
}
