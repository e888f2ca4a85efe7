using Fovea.Simd.Gates;
using Fovea.Simd.Gemm;

namespace Fovea;

/// <summary>A matrix times each of some images' vectors, which may lie apart: the small networks between a gate's statistics and its scales.</summary>
internal static class GateProducts
{
    // From so many weights on, several images share one read of them.
    private const int LargeWeights = 1 << 15;

    /// <summary>For each image <c>y = matrix · x + times · bias</c>.</summary>
    public static void Run<T>(
        int images, int rows, int columns, ReadOnlySpan<T> matrix, ReadOnlySpan<T> x, int stepX, ReadOnlySpan<T> bias, int times, Span<T> y, int stepY)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (images < 2 || matrix.Length < LargeWeights)
        {
            for (int i = 0; i < images; i++)
            {
                SmallProduct.Rows(rows, columns, matrix, x.Slice(i * stepX, columns), bias, times, y.Slice(i * stepY, rows));
            }

            return;
        }

        MatrixMultiply.Run(false, true, images, rows, columns, T.One, x, stepX, matrix, columns, T.Zero, y, stepY);
        for (int i = 0; i < images * bias.Length; i++)
        {
            (int image, int row) = Math.DivRem(i, bias.Length);
            y[(image * stepY) + row] += bias[row] * T.CreateTruncating(times);
        }
    }

    /// <summary>For each image <c>y = matrixᵀ · x</c>.</summary>
    public static void Back<T>(
        int images, int rows, int columns, ReadOnlySpan<T> matrix, ReadOnlySpan<T> x, int stepX, Span<T> y, int stepY)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (images < 2 || matrix.Length < LargeWeights)
        {
            for (int i = 0; i < images; i++)
            {
                SmallProduct.Columns(rows, columns, matrix, x.Slice(i * stepX, rows), y.Slice(i * stepY, columns));
            }

            return;
        }

        MatrixMultiply.Run(false, false, images, columns, rows, T.One, x, stepX, matrix, columns, T.Zero, y, stepY);
    }
}
