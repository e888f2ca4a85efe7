using System.Numerics;

namespace Fovea.Simd.Gemm;

/// <summary>Products of matrices that are parts of larger tensors, by address: for kernels that have checked their tensors already.</summary>
internal static unsafe class Product
{
    /// <summary><c>C = op(A) · op(B)</c>, or added to C; sizes and strides as in <see cref="MatrixMultiply.Run"/>.</summary>
    public static void Run<T>(bool transposeA, bool transposeB, int m, int n, int k, T* a, int lda, T* b, int ldb, T* c, int ldc, bool adds = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        MatrixMultiply.Run(
            transposeA, transposeB, m, n, k, T.One, Room(a, transposeA ? k : m, transposeA ? m : k, lda), lda,
            Room(b, transposeB ? n : k, transposeB ? k : n, ldb), ldb, adds ? T.One : T.Zero, Room(c, m, n, ldc), ldc);

    private static Span<T> Room<T>(T* at, int rows, int columns, int stride)
        where T : unmanaged => new(at, rows == 0 ? 0 : checked(((rows - 1) * stride) + columns));
}
