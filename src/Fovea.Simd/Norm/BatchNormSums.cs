using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Norm;

/// <summary>
/// Σ g and Σ g·(x − μ) of each channel of each slice: blocks in T, above that in double. Where the gradient comes in two parts, or the
/// masked gradient is a result of its own, it is written on the way, and the second sweep reads that alone.
/// </summary>
internal readonly unsafe struct BatchNormSums<T>(Segments segments, BatchNormInput<T> input, T* masked, double* sums, double* dots) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        for (int piece = from; piece < to; piece++)
        {
            segments.Piece(piece, out int slice, out int sample, out int samples, out int channel, out int last);
            Slice<V>(slice, sample, samples, channel, last);
        }
    }

    /// <summary>Some channels of one slice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Slice<V>(int slice, int sample, int samples, int channel, int last)
        where V : struct, IVector<V, T>
    {
        if (!input.Relu)
        {
            Slice<V, Open>(slice, sample, samples, channel, last);
        }
        else if (input.Y is null)
        {
            Slice<V, Recomputed>(slice, sample, samples, channel, last);
        }
        else
        {
            Slice<V, Gated>(slice, sample, samples, channel, last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private void Slice<V, TMask>(int slice, int sample, int samples, int channel, int last)
        where V : struct, IVector<V, T>
        where TMask : struct, IMask
    {
        T* partial = stackalloc T[Segments.Together * 4 * V.Width];
        nint result = ((nint)slice * segments.Channels) + channel;
        nint at = (sample * segments.Stride) + ((nint)channel * segments.Inner);
        for (int count; channel < last; channel += count, result += count, at += (nint)count * segments.Inner)
        {
            count = samples == 1 ? 1 : Math.Min(Segments.Together, last - channel);
            if (samples == 1)
            {
                Blocks<V, TMask>(at, channel, partial, result);
                continue;
            }

            for (int row = 0; row < samples; row++)
            {
                for (int i = 0; i < count; i++)
                {
                    Row<V, TMask>(at + (row * segments.Stride) + ((nint)i * segments.Inner), channel + i, segments.Inner, partial + (i * 4 * V.Width), row == 0);
                }
            }

            for (int i = 0; i < count; i++)
            {
                (sums[result + i], dots[result + i]) = Totals<V>(partial + (i * 4 * V.Width));
            }
        }
    }

    /// <summary>One channel of one sample, block by block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Blocks<V, TMask>(nint at, int channel, T* partial, nint result)
        where V : struct, IVector<V, T>
        where TMask : struct, IMask
    {
        double sum = 0;
        double dot = 0;
        for (int start = 0; start < segments.Inner; start += Segments.BlockLength)
        {
            Row<V, TMask>(at + start, channel, Math.Min(Segments.BlockLength, segments.Inner - start), partial, true);
            (double s, double d) = Totals<V>(partial);
            sum += s;
            dot += d;
        }

        (sums[result], dots[result]) = (sum, dot);
    }

    /// <summary>Takes a run of numbers into the four partial sums at <paramref name="partial"/>, which are zero at first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Row<V, TMask>(nint at, int channel, int length, T* partial, bool isFirst)
        where V : struct, IVector<V, T>
        where TMask : struct, IMask
    {
        V s0 = isFirst ? V.Zero : V.Load(partial), s1 = isFirst ? V.Zero : V.Load(partial + V.Width);
        V d0 = isFirst ? V.Zero : V.Load(partial + (2 * V.Width)), d1 = isFirst ? V.Zero : V.Load(partial + (3 * V.Width));
        BatchNormLine<V, T> line = input.Line<V>(channel);
        V mean = line.Mean, scale = line.Scale, beta = line.Beta;
        T* x = input.X + at;
        T* dy = input.Dy + at;
        T* more = input.More is null ? null : input.More + at;
        T* to = masked is null ? null : masked + at;
        T* y = TMask.ReadsOutput ? input.Y + at : null;
        int i = 0;
        for (; i <= length - (2 * V.Width); i += 2 * V.Width)
        {
            V x0 = V.Load(x + i) - mean;
            V x1 = V.Load(x + i + V.Width) - mean;
            V g0 = V.Load(dy + i);
            V g1 = V.Load(dy + i + V.Width);
            if (more is not null)
            {
                g0 += V.Load(more + i);
                g1 += V.Load(more + i + V.Width);
            }

            g0 &= TMask.Of<V, T>(x0, scale, beta, y + i);
            g1 &= TMask.Of<V, T>(x1, scale, beta, y + i + V.Width);
            if (to is not null)
            {
                g0.Store(to + i);
                g1.Store(to + i + V.Width);
            }

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
            V g = V.LoadPartial(dy + i, n);
            if (more is not null)
            {
                g += V.LoadPartial(more + i, n);
            }

            g &= TMask.OfPartial<V, T>(x0, scale, beta, y + i, n);
            if (to is not null)
            {
                g.StorePartial(to + i, n);
            }

            s0 += g;
            d0 = V.MultiplyAdd(g, x0, d0);
        }

        s0.Store(partial);
        s1.Store(partial + V.Width);
        d0.Store(partial + (2 * V.Width));
        d1.Store(partial + (3 * V.Width));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (double Sum, double Dot) Totals<V>(T* partial)
        where V : struct, IVector<V, T> => (
            double.CreateTruncating(V.Sum(V.Load(partial) + V.Load(partial + V.Width))),
            double.CreateTruncating(V.Sum(V.Load(partial + (2 * V.Width)) + V.Load(partial + (3 * V.Width)))));
}
