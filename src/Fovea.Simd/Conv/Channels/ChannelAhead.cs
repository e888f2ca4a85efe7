using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Conv.Channels;

/// <summary>Whether a tile asks for memory that it does not need itself.</summary>
internal interface IManner
{
    /// <summary>Whether it does.</summary>
    static abstract bool Asks { get; }
}

internal readonly struct Silent : IManner
{
    public static bool Asks => false;
}

internal readonly struct Asking : IManner
{
    public static bool Asks => true;
}

/// <summary>Lines of memory a constant apart, as many as a register has lanes.</summary>
internal unsafe struct ChannelAsk
{
    public byte* At;

    /// <summary>Bytes from one to the next.</summary>
    public nint Apart;
}

/// <summary>
/// What the tiles of a panel ask for while they multiply: the outputs that they will write, what is to be added to those, and the
/// weights of the panel after. All of it is read in runs too short, or written in too many at once, for the processor to foresee.
/// </summary>
internal unsafe ref struct ChannelAhead<V, T>
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Line = 64;

    private readonly byte* _y;
    private readonly byte* _residual;
    private readonly nint _plane;
    private readonly int _columns;
    private readonly byte* _weightsEnd;
    private readonly nint _weightsApart;
    private byte* _weights;

    /// <param name="y">The panel's first output, at the unit's first position.</param>
    /// <param name="residual">What is added to it, or null.</param>
    /// <param name="plane">Numbers from one channel to the next.</param>
    /// <param name="columns">Registers of channels.</param>
    /// <param name="weights">Weights that are needed next, or null.</param>
    /// <param name="count">How many.</param>
    /// <param name="slots">Blocks of channels that the panel's tiles go through, over all of them.</param>
    /// <param name="tiles">How many tiles that are.</param>
    public ChannelAhead(T* y, T* residual, nint plane, int columns, T* weights, nint count, int slots, int tiles)
    {
        _y = (byte*)y;
        _residual = (byte*)residual;
        _plane = plane * sizeof(T);
        _columns = columns;
        _weights = (byte*)weights;
        _weightsEnd = weights is null ? null : (byte*)(weights + count);
        int free = Math.Max(1, slots - (tiles * columns * (residual is null ? 1 : 2)));
        nint bytes = weights is null ? 0 : count * sizeof(T);
        _weightsApart = Math.Min(Line, (bytes + ((nint)free * V.Width) - 1) / ((nint)free * V.Width));
    }

    /// <summary>Fills the asks of one tile.</summary>
    /// <param name="asks">One per block of channels.</param>
    /// <param name="count">How many.</param>
    /// <param name="position">The tile's last position within the unit, where this tile finishes outputs; else −1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fill(ChannelAsk* asks, int count, int position)
    {
        int i = 0;
        if (position >= 0)
        {
            i = Outputs(asks, i, count, _y + ((nint)position * sizeof(T)));
            if (_residual is not null)
            {
                i = Outputs(asks, i, count, _residual + ((nint)position * sizeof(T)));
            }
        }

        for (; i < count; i++)
        {
            // Nothing left: the same line again, which costs nothing.
            bool more = _weights < _weightsEnd;
            asks[i] = more ? new() { At = _weights, Apart = _weightsApart } : new() { At = (byte*)asks, Apart = 0 };
            _weights += more ? V.Width * _weightsApart : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Outputs(ChannelAsk* asks, int i, int count, byte* at)
    {
        for (int q = 0; q < _columns && i < count; q++, i++, at += V.Width * _plane)
        {
            asks[i] = new() { At = at, Apart = _plane };
        }

        return i;
    }
}
