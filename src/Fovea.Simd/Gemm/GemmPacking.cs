using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Gemm;

/// <summary>Copies pieces of a matrix into the order in which the tile reads them, zeros where the matrix ends.</summary>
internal static unsafe class GemmPacking<V, T>
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Packs <paramref name="rows"/> rows by <paramref name="k"/> of op(A) to [k, height].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackRows(bool transpose, T* a, nint lda, int rows, int height, int k, T* to)
    {
        nint rowStep = transpose ? 1 : lda;
        nint kStep = transpose ? lda : 1;
        for (int p = 0; p < k; p++, to += height, a += kStep)
        {
            int r = 0;
            for (; r < rows; r++)
            {
                to[r] = a[r * rowStep];
            }

            for (; r < height; r++)
            {
                to[r] = T.Zero;
            }
        }
    }

    /// <summary>Packs <paramref name="k"/> by <paramref name="columns"/> of op(B) to [k, 2·width].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackColumns(bool transpose, T* b, nint ldb, int columns, int k, T* to)
    {
        int width = GemmShape<V, T>.Columns;
        if (!transpose && columns == width)
        {
            for (int p = 0; p < k; p++, to += width, b += ldb)
            {
                V.Load(b).Store(to);
                V.Load(b + V.Width).Store(to + V.Width);
            }

            return;
        }

        PackRows(!transpose, b, ldb, columns, width, k, to);
    }
}
