using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Functions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>
/// Softmax over keys that arrive block by block (Milakov and Gimelshein 2018): a running maximum m and sum l for each query, one query
/// a lane, so that nothing is ever reduced across a register.
/// </summary>
internal static unsafe class OnlineSoftmax<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Turns a block of logits [keys, width] into <c>e^(s − m)</c> with the new maximum, and brings m and l up to date.
    /// </summary>
    /// <param name="tile">The logits, overwritten.</param>
    /// <param name="width">One or two registers.</param>
    /// <param name="keys">Rows.</param>
    /// <param name="max">m of each query, −∞ before the first block.</param>
    /// <param name="sum">l of each query, 0 before the first block.</param>
    /// <param name="decay">Receives <c>e^(old m − new m)</c>, what everything summed so far has to be multiplied with.</param>
    /// <returns>Whether any decay differs from 1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static bool Step(T* tile, int width, int keys, T* max, T* sum, T* decay)
    {
        uint decays = 0;
        for (int c = 0; c < width; c += V.Width)
        {
            V old = V.Load(max + c);
            V m = Largest(tile + c, width, keys, old);
            m.Store(max + c);

            // A query that has had nothing to attend to yet subtracts 0: e^(−∞ − 0) = 0, where e^(−∞ + ∞) would be NaN.
            V minus = Lanewise.Number<V, T>(double.NegativeInfinity);
            V shift = V.Select(V.Equal(m, minus), V.Zero, m);
            V factor = Exp.AtLeast<V, T>(old - shift, Denormals.Negligible<V, T>());
            V total = Exponentials(tile + c, width, keys, shift);
            factor.Store(decay + c);
            V.MultiplyAdd(V.Load(sum + c), factor, total).Store(sum + c);
            decays |= ~V.SetLanes(V.Equal(factor, V.Broadcast(T.One))) & V.SetLanes(V.Equal(V.Zero, V.Zero));
        }

        return decays != 0;
    }

    /// <summary>Multiplies <paramref name="rows"/> rows of <paramref name="width"/> by a factor for each column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Scale(T* x, int width, int rows, T* factors)
    {
        for (int c = 0; c < width; c += V.Width)
        {
            V factor = V.Load(factors + c);
            T* at = x + c;
            for (int r = 0; r < rows; r++, at += width)
            {
                (V.Load(at) * factor).Store(at);
            }
        }
    }

    /// <summary>Ends the sums: what to subtract (0 where nothing was attended to) and 1/l (0 there), in place of m and l.</summary>
    public static void Finish(int width, T* max, T* sum)
    {
        for (int i = 0; i < width; i++)
        {
            max[i] = T.IsNegativeInfinity(max[i]) ? T.Zero : max[i];
            sum[i] = sum[i] == T.Zero ? T.Zero : T.One / sum[i];
        }
    }

    // A NaN may be lost here; it comes back as e^NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Largest(T* tile, int stride, int keys, V m0)
    {
        V m1 = m0, m2 = m0, m3 = m0;
        int r = 0;
        for (; r <= keys - 4; r += 4, tile += 4 * stride)
        {
            m0 = V.MaxFast(m0, V.Load(tile));
            m1 = V.MaxFast(m1, V.Load(tile + stride));
            m2 = V.MaxFast(m2, V.Load(tile + (2 * stride)));
            m3 = V.MaxFast(m3, V.Load(tile + (3 * stride)));
        }

        for (; r < keys; r++, tile += stride)
        {
            m0 = V.MaxFast(m0, V.Load(tile));
        }

        return V.MaxFast(V.MaxFast(m0, m1), V.MaxFast(m2, m3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Exponentials(T* tile, int stride, int keys, V shift)
    {
        V least = Denormals.Negligible<V, T>();
        V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
        int r = 0;
        for (; r <= keys - 4; r += 4, tile += 4 * stride)
        {
            V e0 = Exp.AtLeast<V, T>(V.Load(tile) - shift, least);
            V e1 = Exp.AtLeast<V, T>(V.Load(tile + stride) - shift, least);
            V e2 = Exp.AtLeast<V, T>(V.Load(tile + (2 * stride)) - shift, least);
            V e3 = Exp.AtLeast<V, T>(V.Load(tile + (3 * stride)) - shift, least);
            e0.Store(tile);
            e1.Store(tile + stride);
            e2.Store(tile + (2 * stride));
            e3.Store(tile + (3 * stride));
            s0 += e0;
            s1 += e1;
            s2 += e2;
            s3 += e3;
        }

        for (; r < keys; r++, tile += stride)
        {
            V e = Exp.AtLeast<V, T>(V.Load(tile) - shift, least);
            e.Store(tile);
            s0 += e;
        }

        return s0 + s1 + (s2 + s3);
    }
}
