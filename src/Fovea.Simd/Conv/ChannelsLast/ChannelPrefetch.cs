using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>How a tile reads its input, and whether it prefetches what later tiles will read.</summary>
internal interface ITileInput
{
    /// <summary>Whether it prefetches.</summary>
    static abstract bool Prefetches { get; }

    /// <summary>Whether positions lie side by side, as in the planes of a tensor, and not channels.</summary>
    static abstract bool Planes { get; }
}

internal readonly struct PlainTile : ITileInput
{
    public static bool Prefetches => false;

    public static bool Planes => false;
}

internal readonly struct PrefetchingTile : ITileInput
{
    public static bool Prefetches => true;

    public static bool Planes => false;
}

internal readonly struct PrefetchingPlaneTile : ITileInput
{
    public static bool Prefetches => true;

    public static bool Planes => true;
}

/// <summary>Lines of memory a constant apart, as many as a register has lanes.</summary>
internal unsafe struct PrefetchRun
{
    public byte* At;

    /// <summary>Bytes from one to the next.</summary>
    public nint Apart;
}

/// <summary>
/// What the tiles of one piece prefetch while they multiply: the outputs that they will write, what is to be added to those, the input
/// of the next unit, and the weights of the next panel. All of it is read in runs too short, or written in too many places at once, for
/// the hardware prefetcher.
/// </summary>
internal unsafe ref struct ChannelPrefetch<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Line = 64;

    private readonly ConvJob _job;
    private readonly T* _y;
    private readonly T* _residual;
    private readonly nint _plane;
    private readonly long _from;
    private readonly int _count;

    // Tiles of a panel, and the blocks of channels that all of them go through.
    private readonly int _tiles;
    private readonly int _slots;
    private ChannelInputWalk<V, T> _input;
    private int _inputShare;
    private int _inputLeft;
    private int _columns;
    private nint _output;
    private nint _outputAfter;
    private byte* _weights;
    private byte* _weightsEnd;
    private nint _weightsApart;

    /// <param name="job">The correlation.</param>
    /// <param name="y">Its result.</param>
    /// <param name="residual">What is added to it, or null.</param>
    /// <param name="from">The unit's first position.</param>
    /// <param name="count">How many it has.</param>
    /// <param name="tiles">How many tiles a panel has.</param>
    /// <param name="slots">Blocks of channels that they go through, all together.</param>
    /// <param name="input">What the thread will stage next.</param>
    /// <param name="panels">The panels of the piece, over which that is spread.</param>
    public ChannelPrefetch(in ConvJob job, T* y, T* residual, long from, int count, int tiles, int slots, in ChannelInputWalk<V, T> input, int panels)
    {
        _job = job;
        _y = y;
        _residual = residual;
        _plane = (nint)job.Positions * sizeof(T);
        _from = from;
        _count = count;
        _tiles = tiles;
        _slots = slots;
        _input = input;
        _inputShare = (input.Count + panels - 1) / Math.Max(1, panels);
    }

    /// <summary>Begins a panel.</summary>
    /// <param name="output">Its first output channel, over all groups.</param>
    /// <param name="columns">Its registers of output channels.</param>
    /// <param name="more">Whether the panel after it is of the same piece.</param>
    /// <param name="weights">The weights that are needed next, or null.</param>
    /// <param name="weightCount">How many.</param>
    public void Begin(int output, int columns, bool more, T* weights, nint weightCount)
    {
        _columns = columns;
        _output = (nint)output * _job.Positions;
        _outputAfter = more ? _output + ((nint)2 * V.Width * _job.Positions) : -1;
        _inputLeft = _inputShare;
        _weights = (byte*)weights;
        _weightsEnd = weights is null ? null : (byte*)(weights + weightCount);
        nint free = (nint)V.Width * Math.Max(1, _slots - (_tiles * columns * (_residual is null ? 1 : 2)) - _inputShare);
        _weightsApart = Math.Min(Line, ((weightCount * sizeof(T)) + free - 1) / free);
    }

    /// <summary>Fills the prefetches of one tile.</summary>
    /// <param name="prefetches">One per block of channels.</param>
    /// <param name="count">How many.</param>
    /// <param name="position">A position of the unit whose outputs are finished soon, or one beyond the last, of the next panel; or −1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fill(PrefetchRun* prefetches, int count, int position)
    {
        int i = 0;
        nint output = position < _count ? _output : _outputAfter;
        if (position >= 0 && output >= 0)
        {
            (long image, long place) = Math.DivRem(_from + (position < _count ? position : position - _count), _job.Positions);
            nint at = ((nint)image * _job.OutputImage) + output + (nint)place;
            i = Outputs(prefetches, i, count, (byte*)(_y + at));
            i = _residual is null ? i : Outputs(prefetches, i, count, (byte*)(_residual + at));
        }

        for (; i < count && _inputLeft > 0 && _input.Count > 0; i++, _inputLeft--)
        {
            prefetches[i] = _input.Next();
        }

        for (; i < count; i++)
        {
            // Nothing left: the same line again, which costs nothing.
            bool more = _weights < _weightsEnd;
            prefetches[i] = more ? new() { At = _weights, Apart = _weightsApart } : new() { At = (byte*)prefetches, Apart = 0 };
            _weights += more ? V.Width * _weightsApart : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Outputs(PrefetchRun* prefetches, int i, int count, byte* at)
    {
        for (int q = 0; q < _columns && i < count; q++, i++, at += V.Width * _plane)
        {
            prefetches[i] = new() { At = at, Apart = _plane };
        }

        return i;
    }
}
