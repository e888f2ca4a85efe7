using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Gates;

/// <summary>
/// How sweeps over [images, channels, positions] are cut where a position's sum over all channels decides what the channels' sums over
/// positions weigh: blocks of positions with all their channels, small enough that a block is still in a core's second-level cache when
/// it is read for the second time. The cut depends on the shape alone; what the blocks add up to is put together in their order.
/// </summary>
internal readonly struct BlockTiles
{
    private const int BlockBytes = 1 << 19;
    private const int Shortest = 64;
    private const int Longest = 2048;
    private const int Widest = 16;
    private const int LeastPerThread = 8192;

    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="bytesPerNumber">Bytes that are read for each number of an image.</param>
    public BlockTiles(int images, int channels, int positions, int bytesPerNumber)
    {
        Images = images;
        Channels = channels;
        Positions = positions;
        long fitting = BlockBytes / Math.Max(1, (long)channels * bytesPerNumber);
        int limit = (int)Math.Clamp(fitting / Widest * Widest, Shortest, Longest);

        // An even number of blocks, for two threads.
        int blocks = positions <= limit ? 1 : ((positions + limit - 1) / limit + 1) / 2 * 2;
        Length = Math.Max(Widest, (((positions + blocks - 1) / blocks) + Widest - 1) / Widest * Widest);
        Blocks = (positions + Length - 1) / Length;
    }

    public int Images { get; }

    public int Channels { get; private init; }

    public int Positions { get; }

    /// <summary>Blocks in an image.</summary>
    public int Blocks { get; }

    /// <summary>Positions in a block, a multiple of every register width; the last block may have fewer.</summary>
    public int Length { get; }

    /// <summary>Pieces of work.</summary>
    public int Pieces => Images * Blocks;

    /// <summary>Pieces handed out at a time: one run of neighbours for each thread, as in <see cref="PlanePartition"/>.</summary>
    public int Grain
    {
        get
        {
            int even = (Pieces + WorkerTeam.Threads - 1) / WorkerTeam.Threads;
            long least = LeastPerThread / Math.Max(1, (long)Channels * Math.Min(Positions, Length));
            return (int)Math.Max(1, Math.Max(even, least));
        }
    }

    /// <summary>The same blocks of maps that have other channels.</summary>
    public BlockTiles With(int channels) => this with { Channels = channels };

    /// <summary>What piece <paramref name="piece"/> is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BlockTile Tile(int piece)
    {
        (int image, int block) = Math.DivRem(piece, Blocks);
        int position = block * Length;
        return new BlockTile(image, position, Math.Min(Length, Positions - position));
    }
}

/// <summary>One piece: all channels of an image at some neighbouring positions.</summary>
internal readonly record struct BlockTile(int Image, int Position, int Count);
