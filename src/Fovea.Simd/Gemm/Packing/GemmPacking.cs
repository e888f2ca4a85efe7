using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>Copies pieces of a matrix into the order in which the tile reads them, zeros where the matrix ends.</summary>
internal static unsafe class GemmPacking<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Packs <paramref name="rows"/> rows by <paramref name="k"/> of op(A) to [k, height].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void PackRows(bool transpose, T* a, nint lda, int rows, int height, int k, T* to)
    {
        int done = transpose ? CopyLines(a, lda, rows, height, k, to) : Transpose(a, lda, rows, height, k, to);
        nint rowStep = transpose ? 1 : lda;
        nint kStep = transpose ? lda : 1;
        a += done * kStep;
        to += (nint)done * height;
        for (int p = done; p < k; p++, to += height, a += kStep)
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

    /// <summary>Packs <paramref name="k"/> by <paramref name="columns"/> of op(B) to [k, width or 2·width].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void PackColumns(bool transpose, T* b, nint ldb, int columns, int k, T* to)
    {
        int width = GemmShape<V, T>.PanelWidth(columns);
        if (!transpose && columns == V.Width)
        {
            for (int p = 0; p < k; p++, to += width, b += ldb)
            {
                V.Load(b).Store(to);
            }

            return;
        }

        if (!transpose && columns == 2 * V.Width)
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

    // Lines that already lie along the panel: a register each, those of the last steps number by number because a register would
    // reach past the panel or the matrix. Returns the steps done.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CopyLines(T* a, nint lda, int rows, int height, int k, T* to)
    {
        if (rows != height || V.Width < height || lda < V.Width)
        {
            return 0;
        }

        int last = k - ((V.Width + height - 1) / height);
        int p = 0;
        for (; p < last; p++, a += lda, to += height)
        {
            V.Load(a).Store(to);
        }

        return p;
    }

    // Rows that lie across the panel: squares are transposed in registers. Returns the steps done.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Transpose(T* a, nint lda, int rows, int height, int k, T* to)
    {
        if (typeof(T) != typeof(float))
        {
            return 0;
        }

        var from = (float*)a;
        var target = (float*)to;
        int p = 0;
        if (typeof(V) == typeof(Vec512<float>))
        {
            // A target row narrower than the square is overwritten by the next one; the last may not reach past the panel.
            int slack = height % 16 == 0 ? 0 : (16 + height - 1) / height;
            for (; p + 16 <= k - slack; p += 16)
            {
                for (int r = 0; r < height; r += 16)
                {
                    RegisterTranspose.Sixteen(from + (r * lda) + p, lda, rows - r, target + ((nint)p * height) + r, height);
                }
            }
        }
        else if (typeof(V) == typeof(Vec256<float>) && Avx2.IsSupported)
        {
            int slack = height % 8 == 0 ? 0 : (8 + height - 1) / height;
            for (; p + 8 <= k - slack; p += 8)
            {
                for (int r = 0; r < height; r += 8)
                {
                    RegisterTranspose.Eight(from + (r * lda) + p, lda, rows - r, target + ((nint)p * height) + r, height);
                }
            }
        }

        return p;
    }
}
