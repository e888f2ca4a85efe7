using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>What a block's sweep adds up: x alone, or its product with a gradient; and whether the channels' sums are wanted too.</summary>
internal interface IBlockSource
{
    /// <summary>Whether the source is a product of two planes.</summary>
    static abstract bool IsProduct { get; }

    /// <summary>Whether each channel's sum over the positions is wanted beside the positions' sums.</summary>
    static abstract bool WantsChannels { get; }
}

/// <summary>x, weighted by channel; no sums of the channels.</summary>
internal readonly struct WeightedMaps : IBlockSource
{
    public static bool IsProduct => false;

    public static bool WantsChannels => false;
}

/// <summary>x, weighted by channel, and the channels' plain sums.</summary>
internal readonly struct SummedMaps : IBlockSource
{
    public static bool IsProduct => false;

    public static bool WantsChannels => true;
}

/// <summary>x · dy, and the channels' sums of it.</summary>
internal readonly struct SummedProducts : IBlockSource
{
    public static bool IsProduct => true;

    public static bool WantsChannels => true;
}

/// <summary>The two readings of a block of positions with all its channels: across the channels, then along the positions.</summary>
internal readonly unsafe struct BlockSums<V, T>(nint step, int channels, int count)
    where V : struct, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// <c>z[i] += Σ_c w[c] · s[c, i]</c> and, if the source wants them, <c>sums[c] = Σ_i s[c, i]</c>, with <c>s = x</c> or <c>x · dy</c>.
    /// No weights stand for ones.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Across<TSource>(T* x, T* dy, T* w, T* z, T* sums)
        where TSource : struct, IBlockSource
    {
        int whole = count - (count % V.Width);
        int c = 0;
        for (; c <= channels - 4; c += 4)
        {
            T* x0 = x + (c * step), x1 = x0 + step, x2 = x1 + step, x3 = x2 + step;
            T* g0 = dy + (c * step), g1 = g0 + step, g2 = g1 + step, g3 = g2 + step;
            V w0 = Weight(w, c), w1 = Weight(w, c + 1), w2 = Weight(w, c + 2), w3 = Weight(w, c + 3);
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            for (int i = 0; i < whole; i += V.Width)
            {
                Prefetch.Line(x0 + (4 * step) + i);
                Prefetch.Line(x1 + (4 * step) + i);
                Prefetch.Line(x2 + (4 * step) + i);
                Prefetch.Line(x3 + (4 * step) + i);
                V v0 = V.Load(x0 + i), v1 = V.Load(x1 + i), v2 = V.Load(x2 + i), v3 = V.Load(x3 + i);
                if (TSource.IsProduct)
                {
                    Prefetch.Line(g0 + (4 * step) + i);
                    Prefetch.Line(g1 + (4 * step) + i);
                    Prefetch.Line(g2 + (4 * step) + i);
                    Prefetch.Line(g3 + (4 * step) + i);
                    v0 *= V.Load(g0 + i);
                    v1 *= V.Load(g1 + i);
                    v2 *= V.Load(g2 + i);
                    v3 *= V.Load(g3 + i);
                    (V.Load(z + i) + ((v0 + v1) + (v2 + v3))).Store(z + i);
                }
                else
                {
                    V low = V.MultiplyAdd(v1, w1, V.MultiplyAdd(v0, w0, V.Load(z + i)));
                    V high = V.MultiplyAdd(v3, w3, v2 * w2);
                    (low + high).Store(z + i);
                }

                if (TSource.WantsChannels)
                {
                    s0 += v0;
                    s1 += v1;
                    s2 += v2;
                    s3 += v3;
                }
            }

            if (TSource.WantsChannels)
            {
                sums[c] = V.Sum(s0);
                sums[c + 1] = V.Sum(s1);
                sums[c + 2] = V.Sum(s2);
                sums[c + 3] = V.Sum(s3);
            }

            if (whole < count)
            {
                for (int k = c; k < c + 4; k++)
                {
                    One<TSource>(x, dy, w, z, sums, k, whole, fresh: false);
                }
            }
        }

        for (; c < channels; c++)
        {
            One<TSource>(x, dy, w, z, sums, c, 0, fresh: true);
        }
    }

    /// <summary><c>to[c] = Σ_i r[i] · x[c, i]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Along(T* x, T* r, T* to)
    {
        int whole = count - (count % V.Width);
        int left = count - whole;
        int c = channels;

        // From the last channel back: the reading across ended there.
        for (; c >= 4; c -= 4)
        {
            T* x0 = x + ((c - 4) * step), x1 = x0 + step, x2 = x1 + step, x3 = x2 + step;
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            for (int i = 0; i < whole; i += V.Width)
            {
                V weight = V.Load(r + i);
                s0 = V.MultiplyAdd(weight, V.Load(x0 + i), s0);
                s1 = V.MultiplyAdd(weight, V.Load(x1 + i), s1);
                s2 = V.MultiplyAdd(weight, V.Load(x2 + i), s2);
                s3 = V.MultiplyAdd(weight, V.Load(x3 + i), s3);
            }

            if (left > 0)
            {
                V weight = V.LoadPartial(r + whole, left);
                s0 = V.MultiplyAdd(weight, V.LoadPartial(x0 + whole, left), s0);
                s1 = V.MultiplyAdd(weight, V.LoadPartial(x1 + whole, left), s1);
                s2 = V.MultiplyAdd(weight, V.LoadPartial(x2 + whole, left), s2);
                s3 = V.MultiplyAdd(weight, V.LoadPartial(x3 + whole, left), s3);
            }

            to[c - 4] = V.Sum(s0);
            to[c - 3] = V.Sum(s1);
            to[c - 2] = V.Sum(s2);
            to[c - 1] = V.Sum(s3);
        }

        for (c--; c >= 0; c--)
        {
            V sum = V.Zero;
            for (int i = 0; i < count; i += V.Width)
            {
                int n = Math.Min(V.Width, count - i);
                sum = V.MultiplyAdd(V.LoadPartial(r + i, n), V.LoadPartial(x + (c * step) + i, n), sum);
            }

            to[c] = V.Sum(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Weight(T* w, int channel) => V.Broadcast(w is null ? T.One : w[channel]);

    /// <summary>One channel from position <paramref name="from"/> on.</summary>
    private void One<TSource>(T* x, T* dy, T* w, T* z, T* sums, int c, int from, bool fresh)
        where TSource : struct, IBlockSource
    {
        V weight = Weight(w, c);
        V sum = V.Zero;
        for (int i = from; i < count; i += V.Width)
        {
            int n = Math.Min(V.Width, count - i);
            V v = V.LoadPartial(x + (c * step) + i, n);
            if (TSource.IsProduct)
            {
                v *= V.LoadPartial(dy + (c * step) + i, n);
            }

            V.MultiplyAdd(v, weight, V.LoadPartial(z + i, n)).StorePartial(z + i, n);
            sum += v;
        }

        if (TSource.WantsChannels)
        {
            T part = V.Sum(sum);
            sums[c] = fresh ? part : sums[c] + part;
        }
    }
}
