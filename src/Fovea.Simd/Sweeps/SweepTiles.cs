using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Sweeps;

/// <summary>
/// How sweeps over [images, channels, positions] are cut: slices of neighbouring channels, and within them strips of neighbouring
/// positions. A piece is a slice at a strip. The cut depends on the shape alone, and what slices or strips add up to is put together in
/// their order, so no bit of a result depends on the number of threads.
/// </summary>
internal readonly record struct SweepTiles
{
    /// <summary>Positions in a strip at most, where a body does not say otherwise.</summary>
    public const int StripLimit = 2048;

    // Fixed, whatever caches the machine has: they decide in which order sums are put together.
    private const int SliceLimit = 64;
    private const int ShortestBlock = 64;
    private const int BlockBytes = 1 << 19;
    private const int Unroll = 4;
    private const int Widest = 16;
    private const int LeastPerThread = 8192;

    private SweepTiles(int images, int channels, int positions, int sliceLength, int stripLength)
    {
        (Images, Channels, Positions) = (images, channels, positions);
        (SliceLength, StripLength) = (Math.Max(1, sliceLength), Math.Max(1, stripLength));
        Slices = Math.Max(1, (channels + SliceLength - 1) / SliceLength);
        Strips = (positions + StripLength - 1) / StripLength;
    }

    public int Images { get; }

    /// <summary>Channels of an image.</summary>
    public int Channels { get; private init; }

    /// <summary>Positions of a plane.</summary>
    public int Positions { get; }

    /// <summary>Slices of an image.</summary>
    public int Slices { get; private init; }

    /// <summary>Channels in a slice; the last may have fewer.</summary>
    public int SliceLength { get; private init; }

    /// <summary>Strips of a plane.</summary>
    public int Strips { get; }

    /// <summary>Positions in a strip, a multiple of every vector's width where there is more than one; the last may have fewer.</summary>
    public int StripLength { get; }

    /// <summary>Whether a piece is one plane, and neighbouring planes may be taken as one piece.</summary>
    public bool ArePlanes { get; private init; }

    /// <summary>Pieces of work.</summary>
    public int Pieces => Images * Slices * Strips;

    /// <summary>
    /// Pieces handed out at a time: every thread gets one run of neighbours, the same in every sweep over the same tiles, so that what one
    /// leaves in a core's own cache is found there by the next.
    /// </summary>
    public int Grain
    {
        get
        {
            int even = (Pieces + ParallelPool.Threads - 1) / ParallelPool.Threads;
            long piece = Math.Max(1, (long)Math.Min(Channels, SliceLength) * Math.Min(Positions, StripLength));
            return (int)Math.Max(1, Math.Max(even, (LeastPerThread + piece - 1) / piece));
        }
    }

    /// <summary>Plane by plane, for bodies whose operands and sums know nothing of other planes.</summary>
    /// <param name="planes">Images times channels.</param>
    /// <param name="positions">Numbers in a plane.</param>
    public static SweepTiles Planes(int planes, int positions) => new(1, planes, positions, 1, positions) { ArePlanes = true, Slices = planes };

    /// <summary>
    /// Slices of whole planes, for bodies that need a plane's rows or columns and have numbers by position too. A sum over the channels is
    /// put together slice by slice, so that slices are long where there is one.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="length">Channels in a slice at most.</param>
    public static SweepTiles SlicesOfPlanes(int images, int channels, int positions, int length = SliceLimit) =>
        new(images, channels, positions, Even(channels, length, Unroll), positions);

    /// <summary>
    /// Slices and strips, for bodies with numbers by position: strips so short that what belongs to a position (sums, maxima, gates) stays
    /// in the first-level cache while channel after channel goes by.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="longest">Positions in a strip at most.</param>
    public static SweepTiles SlicesAndStrips(int images, int channels, int positions, int longest = StripLimit) =>
        new(images, channels, positions, Even(channels, SliceLimit, Unroll), Strip(positions, longest));

    /// <summary>
    /// Blocks of positions with all their channels, where a position's sum over all channels decides what the channels' sums over positions
    /// weigh: small enough that a block is still in a core's second-level cache when it is read for the second time.
    /// </summary>
    /// <param name="images">Number of images.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="positions">Positions of a plane.</param>
    /// <param name="bytesPerNumber">Bytes that are read for each number of an image.</param>
    public static SweepTiles Blocks(int images, int channels, int positions, int bytesPerNumber)
    {
        long fitting = BlockBytes / Math.Max(1, (long)channels * bytesPerNumber);
        return new(images, channels, positions, channels, Strip(positions, (int)Math.Clamp(fitting / Widest * Widest, ShortestBlock, StripLimit)));
    }

    /// <summary>The same strips of maps that have other channels, all in one slice.</summary>
    public SweepTiles With(int channels) => this with { Channels = channels, SliceLength = Math.Max(1, channels) };

    /// <summary>What piece <paramref name="piece"/> is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SweepTile Tile(int piece)
    {
        (int group, int strip) = Math.DivRem(piece, Strips);
        (int image, int slice) = Math.DivRem(group, Slices);
        int channel = slice * SliceLength;
        int position = strip * StripLength;
        return new SweepTile(
            image, slice, strip, channel, Math.Min(SliceLength, Channels - channel), position, Math.Min(StripLength, Positions - position));
    }

    // An even number of strips, for two threads.
    private static int Strip(int positions, int limit) =>
        positions <= limit ? positions : Even(positions, limit, Widest, ((positions + limit - 1) / limit + 1) / 2 * 2);

    private static int Even(int count, int limit, int multiple, int parts = 0)
    {
        parts = parts > 0 ? parts : Math.Max(1, (count + limit - 1) / limit);
        return Math.Max(multiple, (((count + parts - 1) / parts) + multiple - 1) / multiple * multiple);
    }
}

/// <summary>One piece: some channels of an image at some positions.</summary>
internal readonly record struct SweepTile(int Image, int Slice, int Strip, int Channel, int ChannelCount, int Position, int PositionCount)
{
    /// <summary>One plane, for loops that are given a plane at a time.</summary>
    public static SweepTile Plane(int positions) => new(0, 0, 0, 0, 1, 0, positions);
}
