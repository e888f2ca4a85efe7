using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Norm;

/// <summary>What both sweeps of the gradient read.</summary>
internal readonly unsafe struct BatchNormInput<T>(bool relu, T* x, T* y, T* dy, T* mean, T* scale, T* beta)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly bool Relu = relu;
    public readonly T* X = x;
    public readonly T* Y = y;
    public readonly T* Dy = dy;
    public readonly T* Mean = mean;
    public readonly T* Scale = scale;
    public readonly T* Beta = beta;

    /// <summary>The numbers of a channel, for a place in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BatchNormLine<V, T> Line<V>(int channel)
        where V : struct, ILane<V, T> => new(
            V.Broadcast(Mean[channel]), V.Broadcast(Scale[channel]), Beta is null ? V.Zero : V.Broadcast(Beta[channel]));
}

/// <summary>A channel's constants in registers.</summary>
internal readonly struct BatchNormLine<V, T>(V mean, V scale, V beta)
    where V : struct, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly V Mean = mean;
    public readonly V Scale = scale;
    public readonly V Beta = beta;
}

/// <summary>Σ g and Σ g·(x − μ) of each channel of each slice: blocks in T, above that in double.</summary>
internal readonly unsafe struct BatchNormSums<T>(Segments segments, BatchNormInput<T> input, double* sums, double* dots) : ILaneBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<V>(int from, int to)
        where V : struct, ILane<V, T>
    {
        if (!input.Relu)
        {
            Pieces<V, Open>(from, to);
        }
        else if (input.Y is null)
        {
            Pieces<V, Recomputed>(from, to);
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
                BatchNormLine<V, T> line = input.Line<V>(channel);
                nint at = (sample * segments.Stride) + ((nint)channel * segments.Inner);
                double sum = 0;
                double dot = 0;
                for (int start = 0; start < segments.Inner; start += Segments.BlockLength)
                {
                    Block<V, TMask>(at + start, line, samples, Math.Min(Segments.BlockLength, segments.Inner - start), ref sum, ref dot);
                }

                sums[(slice * segments.Channels) + channel] = sum;
                dots[(slice * segments.Channels) + channel] = dot;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Block<V, TMask>(nint at, in BatchNormLine<V, T> line, int samples, int length, ref double sum, ref double dot)
        where V : struct, ILane<V, T>
        where TMask : struct, IMask
    {
        V s0 = V.Zero, s1 = V.Zero, d0 = V.Zero, d1 = V.Zero;
        V mean = line.Mean, scale = line.Scale, beta = line.Beta;
        for (int row = 0; row < samples; row++, at += segments.Stride)
        {
            T* x = input.X + at;
            T* dy = input.Dy + at;
            T* y = TMask.ReadsOutput ? input.Y + at : null;
            int i = 0;
            for (; i <= length - (2 * V.Width); i += 2 * V.Width)
            {
                V x0 = V.Load(x + i) - mean;
                V x1 = V.Load(x + i + V.Width) - mean;
                V g0 = V.Load(dy + i) & TMask.Of<V, T>(x0, scale, beta, y + i);
                V g1 = V.Load(dy + i + V.Width) & TMask.Of<V, T>(x1, scale, beta, y + i + V.Width);
                s0 += g0;
                s1 += g1;
                d0 = V.MultiplyAdd(g0, x0, d0);
                d1 = V.MultiplyAdd(g1, x1, d1);
            }

            for (; i < length; i += V.Width)
            {
                // The gradient's lanes past the end are zero, so x's do not matter.
                int n = Math.Min(V.Width, length - i);
                V x0 = V.LoadPartial(x + i, n) - mean;
                V g = V.LoadPartial(dy + i, n) & TMask.OfPartial<V, T>(x0, scale, beta, y + i, n);
                s0 += g;
                d0 = V.MultiplyAdd(g, x0, d0);
            }
        }

        sum += double.CreateTruncating(V.Sum(s0 + s1));
        dot += double.CreateTruncating(V.Sum(d0 + d1));
    }
}

/// <summary><c>dx = a·g + b·(x − μ) + k</c> with a, b and k per channel, segment by segment in the order of memory.</summary>
internal readonly unsafe struct BatchNormGradient<T>(int c, int inner, BatchNormInput<T> input, T* lines, T* dx, T* dresidual) : ILaneBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<V>(int from, int to)
        where V : struct, ILane<V, T>
    {
        if (!input.Relu)
        {
            Pieces<V, Open>(from, to);
        }
        else if (input.Y is null)
        {
            Pieces<V, Recomputed>(from, to);
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
            BatchNormLine<V, T> line = input.Line<V>(channel);
            V mean = line.Mean, scale = line.Scale, beta = line.Beta;
            V a = V.Broadcast(lines[channel]);
            V b = V.Broadcast(lines[c + channel]);
            V k = V.Broadcast(lines[(2 * c) + channel]);
            nint at = (nint)segment * inner;
            T* x = input.X + at;
            T* dy = input.Dy + at;
            T* y = TMask.ReadsOutput ? input.Y + at : null;
            T* to0 = dx + at;
            T* residual0 = dresidual is null ? null : dresidual + at;
            int i = 0;
            for (; i <= inner - V.Width; i += V.Width)
            {
                V x0 = V.Load(x + i) - mean;
                V g = V.Load(dy + i) & TMask.Of<V, T>(x0, scale, beta, y + i);
                V result = V.MultiplyAdd(g, a, V.MultiplyAdd(x0, b, k));
                if (residual0 is not null)
                {
                    g.Store(residual0 + i);
                }

                result.Store(to0 + i);
            }

            if (i < inner)
            {
                int n = inner - i;
                V x0 = V.LoadPartial(x + i, n) - mean;
                V g = V.LoadPartial(dy + i, n) & TMask.OfPartial<V, T>(x0, scale, beta, y + i, n);
                V result = V.MultiplyAdd(g, a, V.MultiplyAdd(x0, b, k));
                if (residual0 is not null)
                {
                    g.StorePartial(residual0 + i, n);
                }

                result.StorePartial(to0 + i, n);
            }
        }
    }
}
