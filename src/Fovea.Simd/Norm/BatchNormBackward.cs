using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Norm;

/// <summary>Σ g and Σ g·(x − μ) of each channel of each slice: blocks in T, above that in double.</summary>
internal readonly unsafe struct BatchNormSums<T>(Segments segments, T* x, T* y, T* dy, T* mean, double* sums, double* dots) : ILaneBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int BlockLength = 4096;

    public void Run<V>(int from, int to)
        where V : struct, ILane<V, T>
    {
        if (y is null)
        {
            Pieces<V, Open>(from, to);
        }
        else
        {
            Pieces<V, Gated>(from, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pieces<V, TMask>(int from, int to)
        where V : struct, ILane<V, T>
        where TMask : struct, IMask
    {
        for (int piece = from; piece < to; piece++)
        {
            segments.Piece(piece, out int slice, out int sample, out int samples, out int channel, out int last);
            for (; channel < last; channel++)
            {
                V centre = V.Broadcast(mean[channel]);
                nint at = (sample * segments.Stride) + ((nint)channel * segments.Inner);
                double sum = 0;
                double dot = 0;
                for (int start = 0; start < segments.Inner; start += BlockLength)
                {
                    Block<V, TMask>(at + start, centre, samples, Math.Min(BlockLength, segments.Inner - start), ref sum, ref dot);
                }

                sums[(slice * segments.Channels) + channel] = sum;
                dots[(slice * segments.Channels) + channel] = dot;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Block<V, TMask>(nint at, V centre, int samples, int length, ref double sum, ref double dot)
        where V : struct, ILane<V, T>
        where TMask : struct, IMask
    {
        V s0 = V.Zero, s1 = V.Zero, d0 = V.Zero, d1 = V.Zero;
        for (int row = 0; row < samples; row++, at += segments.Stride)
        {
            T* x0 = x + at;
            T* g0At = dy + at;
            T* y0 = TMask.On ? y + at : null;
            int i = 0;
            for (; i <= length - (2 * V.Width); i += 2 * V.Width)
            {
                V g0 = TMask.Load<V, T>(g0At + i, y0 + i);
                V g1 = TMask.Load<V, T>(g0At + i + V.Width, y0 + i + V.Width);
                s0 += g0;
                s1 += g1;
                d0 = V.MultiplyAdd(g0, V.Load(x0 + i) - centre, d0);
                d1 = V.MultiplyAdd(g1, V.Load(x0 + i + V.Width) - centre, d1);
            }

            for (; i < length; i += V.Width)
            {
                // The gradient's lanes past the end are zero, so x's do not matter.
                int n = Math.Min(V.Width, length - i);
                V g = TMask.LoadPartial<V, T>(g0At + i, y0 + i, n);
                s0 += g;
                d0 = V.MultiplyAdd(g, V.LoadPartial(x0 + i, n) - centre, d0);
            }
        }

        sum += double.CreateTruncating(V.Sum(s0 + s1));
        dot += double.CreateTruncating(V.Sum(d0 + d1));
    }
}

/// <summary><c>dx = a·g + b·(x − μ) + k</c> with a, b and k per channel, segment by segment in the order of memory.</summary>
internal readonly unsafe struct BatchNormGradient<T>(
    int c, int inner, T* x, T* y, T* dy, T* mean, T* lines, T* dx, T* dresidual) : ILaneBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<V>(int from, int to)
        where V : struct, ILane<V, T>
    {
        if (y is null)
        {
            Pieces<V, Open>(from, to);
        }
        else
        {
            Pieces<V, Gated>(from, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pieces<V, TMask>(int from, int to)
        where V : struct, ILane<V, T>
        where TMask : struct, IMask
    {
        for (int segment = from; segment < to; segment++)
        {
            int channel = segment % c;
            V centre = V.Broadcast(mean[channel]);
            V a = V.Broadcast(lines[channel]);
            V b = V.Broadcast(lines[c + channel]);
            V k = V.Broadcast(lines[(2 * c) + channel]);
            nint at = (nint)segment * inner;
            T* x0 = x + at;
            T* g0 = dy + at;
            T* y0 = TMask.On ? y + at : null;
            T* to0 = dx + at;
            int i = 0;
            if (dresidual is null)
            {
                for (; i <= inner - V.Width; i += V.Width)
                {
                    V g = TMask.Load<V, T>(g0 + i, y0 + i);
                    V.MultiplyAdd(g, a, V.MultiplyAdd(V.Load(x0 + i) - centre, b, k)).Store(to0 + i);
                }
            }
            else
            {
                T* residual0 = dresidual + at;
                for (; i <= inner - V.Width; i += V.Width)
                {
                    V g = TMask.Load<V, T>(g0 + i, y0 + i);
                    V result = V.MultiplyAdd(g, a, V.MultiplyAdd(V.Load(x0 + i) - centre, b, k));
                    g.Store(residual0 + i);
                    result.Store(to0 + i);
                }
            }

            if (i < inner)
            {
                int rest = inner - i;
                V g = TMask.LoadPartial<V, T>(g0 + i, y0 + i, rest);
                V result = V.MultiplyAdd(g, a, V.MultiplyAdd(V.LoadPartial(x0 + i, rest) - centre, b, k));
                if (dresidual is not null)
                {
                    g.StorePartial(dresidual + at + i, rest);
                }

                result.StorePartial(to0 + i, rest);
            }
        }
    }
}

/// <summary>How the gradient is read: as it is, or only where the fused ReLU let something through.</summary>
internal unsafe interface IMask
{
    static abstract bool On { get; }

    static abstract V Load<V, T>(T* dy, T* y)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    static abstract V LoadPartial<V, T>(T* dy, T* y, int count)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>No ReLU.</summary>
internal readonly unsafe struct Open : IMask
{
    public static bool On => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* dy, T* y)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Load(dy);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPartial<V, T>(T* dy, T* y, int count)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.LoadPartial(dy, count);
}

/// <summary>The gradient where y &gt; 0.</summary>
internal readonly unsafe struct Gated : IMask
{
    public static bool On => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* dy, T* y)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.GreaterThan(V.Load(y), V.Zero) & V.Load(dy);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPartial<V, T>(T* dy, T* y, int count)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.GreaterThan(V.LoadPartial(y, count), V.Zero) & V.LoadPartial(dy, count);
}
