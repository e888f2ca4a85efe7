using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Norm;

/// <summary>Group by group: moments, then the output from the cache.</summary>
internal readonly unsafe struct GroupNormForward<T>(
    int perGroup, int groups, int inner, T* x, T* gamma, T* beta, double eps, T* y, T* mean, T* invStd) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        int count = perGroup * inner;
        var segments = new Segments(1, 1, count);
        for (int group = from; group < to; group++)
        {
            nint at = (nint)group * count;
            Moments moments = segments.Moments<V, T>(x + at, 1);
            double scale = 1 / Math.Sqrt((moments.Deviations / count) + eps);
            mean[group] = T.CreateTruncating(moments.Mean);
            invStd[group] = T.CreateTruncating(scale);
            int channel = group % groups * perGroup;
            for (int i = 0; i < perGroup; i++, channel++, at += inner)
            {
                double slope = gamma is null ? scale : scale * double.CreateTruncating(gamma[channel]);
                var affine = new ChannelAffine<T>(
                    mean[group], T.CreateTruncating(slope), beta is null ? T.Zero : beta[channel], relu: false);
                affine.Apply<V>(x + at, null, y + at, inner);
            }
        }
    }
}

/// <summary>Group by group: each channel's two sums, the group's from them, then dx.</summary>
internal unsafe struct GroupNormBackward<T> : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int PerGroup;
    public int Groups;
    public int Inner;
    public T* X;
    public T* Dy;
    public T* Gamma;
    public T* Mean;
    public T* InvStd;
    public T* Dx;

    /// <summary>Σ dy for each sample and channel.</summary>
    public double* Sums;

    /// <summary>Σ dy·x̂ for each sample and channel.</summary>
    public double* Dots;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        double count = (double)PerGroup * Inner;
        for (int group = from; group < to; group++)
        {
            V m = V.Broadcast(Mean[group]);
            double invStd = double.CreateTruncating(InvStd[group]);
            double meanOfG = 0;
            double meanOfDot = 0;
            for (int i = 0; i < PerGroup; i++)
            {
                int slot = (group * PerGroup) + i;
                double gamma = Gamma is null ? 1 : double.CreateTruncating(Gamma[(group % Groups * PerGroup) + i]);
                Channel(m, (nint)slot * Inner, out double sum, out double dot);
                Sums[slot] = sum;
                Dots[slot] = dot * invStd;
                meanOfG += gamma * sum / count;
                meanOfDot += gamma * Dots[slot] / count;
            }

            // dx = a·dy + b·(x − μ) + k with a per channel.
            V b = V.Broadcast(T.CreateTruncating(-invStd * invStd * meanOfDot));
            V k = V.Broadcast(T.CreateTruncating(-invStd * meanOfG));
            for (int i = 0; i < PerGroup; i++)
            {
                nint at = ((nint)(group * PerGroup) + i) * Inner;
                double gamma = Gamma is null ? 1 : double.CreateTruncating(Gamma[(group % Groups * PerGroup) + i]);
                V a = V.Broadcast(T.CreateTruncating(gamma * invStd));
                for (int j = 0; j < Inner; j += V.Width)
                {
                    int n = Math.Min(V.Width, Inner - j);
                    V shift = V.MultiplyAdd(V.LoadPartial(X + at + j, n) - m, b, k);
                    V.MultiplyAdd(V.LoadPartial(Dy + at + j, n), a, shift).StorePartial(Dx + at + j, n);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Channel<V>(V mean, nint at, out double sum, out double dot)
        where V : struct, IVector<V, T>
    {
        sum = 0;
        dot = 0;
        for (int start = 0; start < Inner; start += 64 * V.Width)
        {
            V s = V.Zero, d = V.Zero;
            int end = Math.Min(Inner, start + (64 * V.Width));
            for (int i = start; i < end; i += V.Width)
            {
                int n = Math.Min(V.Width, end - i);
                V g = V.LoadPartial(Dy + at + i, n);
                s += g;
                d = V.MultiplyAdd(g, V.LoadPartial(X + at + i, n) - mean, d);
            }

            sum += double.CreateTruncating(V.Sum(s));
            dot += double.CreateTruncating(V.Sum(d));
        }
    }
}
