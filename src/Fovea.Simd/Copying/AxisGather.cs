using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Copying;

/// <summary>Picks places of one axis by number, seen as [outer, axis, inner], and sends gradients back to them.</summary>
public static unsafe class AxisGather
{
    // Columns that one thread adds at a time where a single index list scatters into few rows.
    private const int Strip = 256;

    /// <summary><c>y[o, k, i] = x[o, index[k], i]</c>.</summary>
    /// <param name="outer">Product of the axes before.</param>
    /// <param name="axis">Length of the axis in <paramref name="x"/>.</param>
    /// <param name="inner">Product of the axes after.</param>
    /// <param name="index">Places along the axis, each from 0 to axis − 1.</param>
    /// <param name="x">[outer, axis, inner].</param>
    /// <param name="y">[outer, index.Length, inner].</param>
    /// <exception cref="ArgumentException">A length or a place does not fit.</exception>
    public static void Run<T>(int outer, int axis, int inner, ReadOnlySpan<int> index, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged
    {
        Check("axis gather", axis, index);
        Guard.Length("axis gather", "x", (long)outer * axis * inner, x.Length);
        Guard.Length("axis gather", "y", (long)outer * index.Length * inner, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            fixed (int* indexAt = index)
            {
                var body = new GatherBody<T>(axis, inner, index.Length, indexAt, xAt, yAt);
                ParallelPool.For(ref body, outer * index.Length, VectorLoop.Grain(inner));
            }
        }
    }

    /// <summary><c>dx[o, index[k], i] += dy[o, k, i]</c> over zeros, k in ascending order.</summary>
    /// <param name="outer">Product of the axes before.</param>
    /// <param name="axis">Length of the axis in <paramref name="dx"/>.</param>
    /// <param name="inner">Product of the axes after.</param>
    /// <param name="index">Places along the axis, each from 0 to axis − 1; a place may come more than once.</param>
    /// <param name="dy">[outer, index.Length, inner].</param>
    /// <param name="dx">[outer, axis, inner], overwritten.</param>
    /// <exception cref="ArgumentException">A length or a place does not fit.</exception>
    public static void Backward<T>(int outer, int axis, int inner, ReadOnlySpan<int> index, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check("axis gather backward", axis, index);
        Guard.Length("axis gather backward", "dy", (long)outer * index.Length * inner, dy.Length);
        Guard.Length("axis gather backward", "dx", (long)outer * axis * inner, dx.Length);
        fixed (T* dyAt = dy, dxAt = dx)
        {
            fixed (int* indexAt = index)
            {
                int strips = (inner + Strip - 1) / Strip;
                var body = new ScatterBody<T>(axis, inner, strips, index.Length, indexAt, dyAt, dxAt);
                long work = (long)Math.Min(inner, Strip) * Math.Max(axis, index.Length);
                VectorLoop.For<ScatterBody<T>, T>(ref body, outer * strips, VectorLoop.Grain(work));
            }
        }
    }

    private static void Check(string kernel, int axis, ReadOnlySpan<int> index)
    {
        foreach (int place in index)
        {
            if ((uint)place >= (uint)axis)
            {
                Guard.Fail(kernel, $"expected places from 0 to {axis - 1}, got {place}");
            }
        }
    }

    private readonly struct GatherBody<T>(int axis, int inner, int count, int* index, T* x, T* y) : IRangeBody
        where T : unmanaged
    {
        public void Run(int from, int to)
        {
            (int o, int k) = Math.DivRem(from, count);
            for (int row = from; row < to; row++)
            {
                T* source = x + ((((nint)o * axis) + index[k]) * inner);
                T* target = y + ((nint)row * inner);
                if (inner == 1)
                {
                    *target = *source;
                }
                else
                {
                    new ReadOnlySpan<T>(source, inner).CopyTo(new Span<T>(target, inner));
                }

                if (++k == count)
                {
                    (o, k) = (o + 1, 0);
                }
            }
        }
    }

    private readonly struct ScatterBody<T>(int axis, int inner, int strips, int count, int* index, T* dy, T* dx) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int piece = from; piece < to; piece++)
            {
                (int o, int strip) = Math.DivRem(piece, strips);
                int start = strip * Strip;
                int length = Math.Min(Strip, inner - start);
                T* target = dx + ((nint)o * axis * inner) + start;
                for (int row = 0; row < axis; row++)
                {
                    new Span<T>(target + ((nint)row * inner), length).Clear();
                }

                T* source = dy + ((nint)o * count * inner) + start;
                for (int k = 0; k < count; k++)
                {
                    Add<V>(source + ((nint)k * inner), target + ((nint)index[k] * inner), length);
                }
            }
        }

        private static void Add<V>(T* from, T* to, int length)
            where V : struct, IVector<V, T>
        {
            int i = 0;
            for (; i <= length - V.Width; i += V.Width)
            {
                (V.Load(to + i) + V.Load(from + i)).Store(to + i);
            }

            for (; i < length; i++)
            {
                to[i] += from[i];
            }
        }
    }
}
