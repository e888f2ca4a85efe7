using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Gates;

/// <summary>
/// How sweeps over [images, channels, positions] are cut: slices of neighbouring channels, and within them strips of positions so short
/// that what belongs to a position (sums, maxima, gates) stays in the first-level cache while channel after channel goes by. The cut
/// depends on the shape alone; what slices or strips add up to is put together in their order.
/// </summary>
internal readonly struct GateTiles
{
    /// <summary>The longest strip.</summary>
    public const int StripLimit = 2048;

    private const int SliceLimit = 64;
    private const int Unroll = 4;
    private const int Widest = 16;
    private const int LeastPerThread = 8192;

    public GateTiles(int images, int channels, int positions)
    {
        Images = images;
        Channels = channels;
        Positions = positions;
        Slices = Math.Max(1, (channels + SliceLimit - 1) / SliceLimit);
        SliceLength = Math.Max(Unroll, (((channels + Slices - 1) / Slices) + Unroll - 1) / Unroll * Unroll);
        Slices = Math.Max(1, (channels + SliceLength - 1) / SliceLength);

        // An even number of strips, for two threads.
        int strips = positions <= StripLimit ? 1 : ((positions + StripLimit - 1) / StripLimit + 1) / 2 * 2;
        StripLength = Math.Max(Widest, (((positions + strips - 1) / strips) + Widest - 1) / Widest * Widest);
        Strips = (positions + StripLength - 1) / StripLength;
    }

    public int Images { get; }

    public int Channels { get; }

    public int Positions { get; }

    public int Slices { get; }

    /// <summary>Channels in a slice, a multiple of 4.</summary>
    public int SliceLength { get; }

    public int Strips { get; }

    /// <summary>Positions in a strip, a multiple of every register width.</summary>
    public int StripLength { get; }

    /// <summary>Pieces of work.</summary>
    public int Pieces => Images * Slices * Strips;

    /// <summary>Pieces handed out at a time: one run of neighbours for each thread, as in <see cref="PlanePartition"/>.</summary>
    public int Grain
    {
        get
        {
            int even = (Pieces + WorkerTeam.Threads - 1) / WorkerTeam.Threads;
            int least = LeastPerThread / Math.Max(1, Math.Min(Channels, SliceLength) * Math.Min(Positions, StripLength));
            return Math.Max(1, Math.Max(even, least));
        }
    }

    /// <summary>What piece <paramref name="piece"/> is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GateTile Tile(int piece)
    {
        (int group, int strip) = Math.DivRem(piece, Strips);
        (int image, int slice) = Math.DivRem(group, Slices);
        int channel = slice * SliceLength;
        int position = strip * StripLength;
        return new GateTile(
            image, slice, strip, channel, Math.Min(SliceLength, Channels - channel), position, Math.Min(StripLength, Positions - position));
    }
}

/// <summary>One piece: some channels of an image at some positions.</summary>
internal readonly record struct GateTile(int Image, int Slice, int Strip, int Channel, int ChannelCount, int Position, int PositionCount);
