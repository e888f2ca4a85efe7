using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Copying;

/// <summary>Picks, for every element, a place of one axis of its own, and sends gradients back.</summary>
public static unsafe class ElementGather
{
    /// <summary><c>y[o, k, i] = x[o, index[o, k, i], i]</c>.</summary>
    /// <param name="outer">Product of the axes before.</param>
    /// <param name="axis">Length of the axis in <paramref name="x"/>.</param>
    /// <param name="count">Length of the axis in <paramref name="y"/>.</param>
    /// <param name="inner">Product of the axes after.</param>
    /// <param name="index">[outer, count, inner], each from 0 to axis − 1.</param>
    /// <param name="x">[outer, axis, inner].</param>
    /// <param name="y">[outer, count, inner].</param>
    /// <exception cref="ArgumentException">A length or a place does not fit.</exception>
    public static void Run<T>(int outer, int axis, int count, int inner, ReadOnlySpan<long> index, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged
    {
        Check("element gather", outer, axis, count, inner, index, x.Length, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            fixed (long* indexAt = index)
            {
                var body = new GatherBody<T>(axis, count, inner, indexAt, xAt, yAt);
                ParallelPool.For(ref body, outer, VectorLoop.Grain((long)count * inner));
            }
        }
    }

    /// <summary><c>dx[o, index[o, k, i], i] += dy[o, k, i]</c> over zeros, k in ascending order.</summary>
    /// <param name="outer">Product of the axes before.</param>
    /// <param name="axis">Length of the axis in <paramref name="dx"/>.</param>
    /// <param name="count">Length of the axis in <paramref name="dy"/>.</param>
    /// <param name="inner">Product of the axes after.</param>
    /// <param name="index">[outer, count, inner], each from 0 to axis − 1.</param>
    /// <param name="dy">[outer, count, inner].</param>
    /// <param name="dx">[outer, axis, inner], overwritten.</param>
    /// <exception cref="ArgumentException">A length or a place does not fit.</exception>
    public static void Backward<T>(int outer, int axis, int count, int inner, ReadOnlySpan<long> index, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check("element gather backward", outer, axis, count, inner, index, dx.Length, dy.Length);
        fixed (T* dyAt = dy, dxAt = dx)
        {
            fixed (long* indexAt = index)
            {
                var body = new ScatterBody<T>(axis, count, inner, indexAt, dyAt, dxAt);
                ParallelPool.For(ref body, outer, VectorLoop.Grain((long)Math.Max(axis, count) * inner));
            }
        }
    }

    private static void Check(string kernel, int outer, int axis, int count, int inner, ReadOnlySpan<long> index, int whole, int picked)
    {
        Guard.Length(kernel, "x", (long)outer * axis * inner, whole);
        Guard.Length(kernel, "y", (long)outer * count * inner, picked);
        Guard.Length(kernel, "index", picked, index.Length);
        foreach (long place in index)
        {
            if ((ulong)place >= (ulong)axis)
            {
                Guard.Fail(kernel, $"expected places from 0 to {axis - 1}, got {place}");
            }
        }
    }

    private readonly struct GatherBody<T>(int axis, int count, int inner, long* index, T* x, T* y) : IRangeBody
        where T : unmanaged
    {
        public void Run(int from, int to)
        {
            for (int o = from; o < to; o++)
            {
                T* source = x + ((nint)o * axis * inner);
                nint at = (nint)o * count * inner;
                for (int k = 0; k < count; k++)
                {
                    for (int i = 0; i < inner; i++, at++)
                    {
                        y[at] = source[((nint)index[at] * inner) + i];
                    }
                }
            }
        }
    }

    private readonly struct ScatterBody<T>(int axis, int count, int inner, long* index, T* dy, T* dx) : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int from, int to)
        {
            for (int o = from; o < to; o++)
            {
                T* target = dx + ((nint)o * axis * inner);
                new Span<T>(target, axis * inner).Clear();
                nint at = (nint)o * count * inner;
                for (int k = 0; k < count; k++)
                {
                    for (int i = 0; i < inner; i++, at++)
                    {
                        target[((nint)index[at] * inner) + i] += dy[at];
                    }
                }
            }
        }
    }
}
