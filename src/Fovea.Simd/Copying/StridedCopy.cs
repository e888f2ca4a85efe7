using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Copying;

/// <summary>
/// Copies between any two strided views: slices with steps, permutations, repeats (stride 0), parts of a larger tensor. Works on
/// every element type.
/// </summary>
public static unsafe class StridedCopy
{
    /// <summary><c>y[Σ i·strideY] = x[Σ i·strideX]</c> for every index i of <paramref name="shape"/>.</summary>
    /// <remarks>
    /// Axes are merged first. Rows that are contiguous in both are copied as blocks of memory; a transposition goes tile by tile; the
    /// rest number by number.
    /// </remarks>
    /// <param name="shape">How many numbers along each axis; at most 8 axes.</param>
    /// <param name="x">The source, from its first number on (slice it to start elsewhere).</param>
    /// <param name="stridesX">For each axis, how far the next number lies in x; 0 repeats.</param>
    /// <param name="y">The target, from its first number on; must not overlap x.</param>
    /// <param name="stridesY">For each axis, how far the next number lies in y; no two indices may meet.</param>
    /// <exception cref="ArgumentException">The strides lead outside of x or y.</exception>
    public static void Run<T>(ReadOnlySpan<int> shape, ReadOnlySpan<T> x, ReadOnlySpan<int> stridesX, Span<T> y, ReadOnlySpan<int> stridesY)
        where T : unmanaged
    {
        Axes axes = Axes.Merge("copy", shape, stridesX, stridesY);
        if (axes.Count == 0)
        {
            return;
        }

        axes.Reach("copy", x.Length, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            int last = axes.Rank - 1;
            if (axes.StrideA[last] == 1 && axes.StrideB[last] == 1)
            {
                var rows = new RowCopy<T>(axes, xAt, yAt);
                ParallelPool.For(ref rows, rows.Pieces);
                return;
            }

            // The axis along which x is contiguous goes last, the one along which y is goes before it: the tile's two sides.
            int alongX = Find(axes, ofX: true);
            int alongY = Find(axes, ofX: false);
            if (alongX >= 0 && alongY >= 0 && alongX != alongY)
            {
                var tiles = new TileCopy<T>(axes, alongX, alongY, xAt, yAt);
                ParallelPool.For(ref tiles, tiles.Pieces, tiles.Grain);
                return;
            }

            var single = new SingleCopy<T>(axes, xAt, yAt);
            ParallelPool.For(ref single, single.Rows, VectorLoop.Grain(axes.Inner));
        }
    }

    private static int Find(in Axes axes, bool ofX)
    {
        for (int i = axes.Rank - 1; i >= 0; i--)
        {
            if ((ofX ? axes.StrideA[i] : axes.StrideB[i]) == 1)
            {
                return i;
            }
        }

        return -1;
    }
}
