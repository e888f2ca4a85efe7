using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Reductions;

/// <summary>
/// Reductions over one axis of a contiguous tensor, seen as x [outer, axis, inner] → y [outer, inner]: rows where inner is 1, the mean
/// over channels where outer is N, axis C and inner H·W.
/// </summary>
/// <remarks>
/// Sums are blocked: the error is about 1e-7 relative for a million floats of one sign. The order of additions depends on the shape
/// and the register width, never on the number of threads.
/// </remarks>
public static unsafe class Reduction
{
    /// <summary><c>y[o, i] = Σ_a x[o, a, i]</c>; 0 over an empty axis.</summary>
    /// <param name="outer">Product of the axes before.</param>
    /// <param name="axis">Length of the axis.</param>
    /// <param name="inner">Product of the axes after.</param>
    /// <param name="x">[outer, axis, inner].</param>
    /// <param name="y">[outer, inner].</param>
    public static void Sum<T>(int outer, int axis, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check("sum", outer, axis, inner, x.Length, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            Dispatch(outer, axis, inner, new Plain<T>(xAt), yAt, 1);
        }
    }

    /// <summary><c>y[o, i] = Σ_a x[o, a, i] / axis</c>; NaN over an empty axis.</summary>
    /// <inheritdoc cref="Sum{T}(int, int, int, ReadOnlySpan{T}, Span{T})"/>
    public static void Mean<T>(int outer, int axis, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check("mean", outer, axis, inner, x.Length, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            Dispatch(outer, axis, inner, new Plain<T>(xAt), yAt, 1.0 / axis);
        }
    }

    /// <summary><c>y[o, i] = Σ_a x[o, a, i]²</c>.</summary>
    /// <inheritdoc cref="Sum{T}(int, int, int, ReadOnlySpan{T}, Span{T})"/>
    public static void SumOfSquares<T>(int outer, int axis, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check("sumOfSquares", outer, axis, inner, x.Length, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            Dispatch(outer, axis, inner, new Squares<T>(xAt), yAt, 1);
        }
    }

    /// <summary><c>z[o, i] = Σ_a x[o, a, i] · y[o, a, i]</c>: the gradient of a gate, without the product in memory.</summary>
    /// <param name="outer">Product of the axes before.</param>
    /// <param name="axis">Length of the axis.</param>
    /// <param name="inner">Product of the axes after.</param>
    /// <param name="x">[outer, axis, inner].</param>
    /// <param name="y">[outer, axis, inner].</param>
    /// <param name="z">[outer, inner].</param>
    public static void SumOfProducts<T>(int outer, int axis, int inner, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check("sumOfProducts", outer, axis, inner, x.Length, z.Length);
        Guard.Length("sumOfProducts", "y", x.Length, y.Length);
        fixed (T* xAt = x, yAt = y, zAt = z)
        {
            Dispatch(outer, axis, inner, new Products<T>(xAt, yAt), zAt, 1);
        }
    }

    /// <summary><c>z[r] = Σ_i x[r, i] · y[r, i]</c>.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="length">Length of a row.</param>
    /// <param name="x">[rows, length].</param>
    /// <param name="y">[rows, length].</param>
    /// <param name="z">[rows].</param>
    public static void DotRows<T>(int rows, int length, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => SumOfProducts(rows, length, 1, x, y, z);

    /// <summary><c>y[o, i] = max_a x[o, a, i]</c>; NaN if any is NaN.</summary>
    /// <inheritdoc cref="Max{T}(int, int, int, ReadOnlySpan{T}, Span{T}, Span{int})"/>
    public static void Max<T>(int outer, int axis, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Extreme("max", outer, axis, inner, x, y, default, smallest: false);

    /// <summary><c>y[o, i] = max_a x[o, a, i]</c> and the first a that reaches it; the first NaN wins over every number.</summary>
    /// <param name="outer">Product of the axes before.</param>
    /// <param name="axis">Length of the axis, at least 1.</param>
    /// <param name="inner">Product of the axes after.</param>
    /// <param name="x">[outer, axis, inner].</param>
    /// <param name="y">[outer, inner].</param>
    /// <param name="index">[outer, inner]: places along the axis.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the axis is empty.</exception>
    public static void Max<T>(int outer, int axis, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("max", "index", y.Length, index.Length);
        Extreme("max", outer, axis, inner, x, y, index, smallest: false);
    }

    /// <summary><c>y[o, i] = min_a x[o, a, i]</c>; NaN if any is NaN.</summary>
    /// <inheritdoc cref="Max{T}(int, int, int, ReadOnlySpan{T}, Span{T}, Span{int})"/>
    public static void Min<T>(int outer, int axis, int inner, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Extreme("min", outer, axis, inner, x, y, default, smallest: true);

    /// <summary><c>y[o, i] = min_a x[o, a, i]</c> and the first a that reaches it; the first NaN wins over every number.</summary>
    /// <inheritdoc cref="Max{T}(int, int, int, ReadOnlySpan{T}, Span{T}, Span{int})"/>
    public static void Min<T>(int outer, int axis, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("min", "index", y.Length, index.Length);
        Extreme("min", outer, axis, inner, x, y, index, smallest: true);
    }

    /// <summary>
    /// Puts the gradient where the extreme was found: <c>dx[o, index[o, i], i] = dy[o, i]</c> and 0 elsewhere.
    /// </summary>
    /// <param name="outer">Product of the axes before.</param>
    /// <param name="axis">Length of the axis.</param>
    /// <param name="inner">Product of the axes after.</param>
    /// <param name="dy">[outer, inner].</param>
    /// <param name="index">[outer, inner]: places along the axis, as <c>Max</c> or <c>Min</c> returned them.</param>
    /// <param name="dx">[outer, axis, inner].</param>
    /// <param name="accumulate">Adds to what dx holds; otherwise dx is overwritten.</param>
    public static void ExtremeBackward<T>(
        int outer, int axis, int inner, ReadOnlySpan<T> dy, ReadOnlySpan<int> index, Span<T> dx, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check("extremeBackward", outer, axis, inner, dx.Length, dy.Length);
        Guard.Length("extremeBackward", "index", dy.Length, index.Length);
        if (!accumulate)
        {
            Fill.Run(dx, T.Zero);
        }

        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                int from = (o * inner) + i;
                if ((uint)index[from] >= (uint)axis)
                {
                    Guard.Fail("extremeBackward", $"index {index[from]} is outside of the axis of {axis}; pass the places that the forward pass found");
                }

                int to = (((o * axis) + index[from]) * inner) + i;
                dx[to] = accumulate ? dx[to] + dy[from] : dy[from];
            }
        }
    }

    internal static void Dispatch<TSource, T>(int outer, int axis, int inner, TSource source, T* y, double factor)
        where TSource : unmanaged, ISource<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (inner == 1)
        {
            RowSums.Run(outer, axis, source, y, factor);
        }
        else if (inner > 1)
        {
            ColumnSums.Run(outer, axis, inner, source, y, factor);
        }
    }

    private static void Extreme<T>(string name, int outer, int axis, int inner, ReadOnlySpan<T> x, Span<T> y, Span<int> index, bool smallest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(name, outer, axis, inner, x.Length, y.Length);
        if (y.IsEmpty)
        {
            return;
        }

        if (axis == 0)
        {
            Guard.Fail(name, "the axis is empty and has no extreme; reduce an axis of at least 1");
        }

        if (inner > 1 && !index.IsEmpty && axis > 1 << 24)
        {
            Guard.Fail(name, $"an axis of {axis} is too long to find places along it over inner {inner}; the limit is 2^24");
        }

        fixed (T* xAt = x, yAt = y)
        fixed (int* indexAt = index)
        {
            Extremes.Run(outer, axis, inner, xAt, yAt, index.IsEmpty ? null : indexAt, smallest);
        }
    }

    private static void Check(string name, int outer, int axis, int inner, int x, int y)
    {
        if (outer < 0 || axis < 0 || inner < 0)
        {
            Guard.Fail(name, $"expected sizes of at least 0, got [{outer}, {axis}, {inner}]");
        }

        Guard.Length(name, "x [outer, axis, inner]", (long)outer * axis * inner, x);
        Guard.Length(name, "y [outer, inner]", (long)outer * inner, y);
    }
}
