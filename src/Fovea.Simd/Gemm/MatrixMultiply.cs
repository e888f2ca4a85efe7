using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Gemm;

/// <summary>
/// General matrix product. Panels of both operands are packed into the order in which a register tile reads them; the widest
/// registers of the machine are used, and the result is the same bit for bit whatever <see cref="ParallelPool.Threads"/> is.
/// </summary>
public static unsafe class MatrixMultiply
{
    /// <summary><c>C = alpha · op(A) · op(B) + beta · C</c>, where op transposes or does nothing.</summary>
    /// <remarks>op(A): [m, k]; op(B): [k, n]; C: [m, n]; all row-major. C must not overlap A or B.</remarks>
    /// <param name="transposeA">Whether <paramref name="a"/> holds A as [k, m].</param>
    /// <param name="transposeB">Whether <paramref name="b"/> holds B as [n, k].</param>
    /// <param name="m">Rows of C, 0 or more.</param>
    /// <param name="n">Columns of C, 0 or more.</param>
    /// <param name="k">Length of the sums, 0 or more.</param>
    /// <param name="alpha">Factor of the product.</param>
    /// <param name="a">The first operand.</param>
    /// <param name="lda">Numbers from one stored row of A to the next, at least the length of a row.</param>
    /// <param name="b">The second operand.</param>
    /// <param name="ldb">Numbers from one stored row of B to the next.</param>
    /// <param name="beta">Factor of the old C; with 0 the old C is never read, so it may hold NaN.</param>
    /// <param name="c">The result.</param>
    /// <param name="ldc">Numbers from one row of C to the next.</param>
    /// <exception cref="ArgumentException">A size is negative, a row stride is shorter than a row, or a span is too short.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static void Run<T>(
        bool transposeA, bool transposeB, int m, int n, int k, T alpha, ReadOnlySpan<T> a, int lda, ReadOnlySpan<T> b, int ldb, T beta, Span<T> c, int ldc)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        RunBatched(1, transposeA, transposeB, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0);

    /// <summary><c>Cᵢ = alpha · op(Aᵢ) · op(Bᵢ) + beta · Cᵢ</c> for i = 0 … <paramref name="batch"/> − 1.</summary>
    /// <remarks>As <see cref="Run"/>; matrix i of an operand starts i · stride numbers into its span, so a stride of 0 shares it.</remarks>
    /// <param name="batch">How many products, 0 or more.</param>
    /// <param name="transposeA">Whether <paramref name="a"/> holds each A as [k, m].</param>
    /// <param name="transposeB">Whether <paramref name="b"/> holds each B as [n, k].</param>
    /// <param name="m">Rows of C, 0 or more.</param>
    /// <param name="n">Columns of C, 0 or more.</param>
    /// <param name="k">Length of the sums, 0 or more.</param>
    /// <param name="alpha">Factor of the product.</param>
    /// <param name="a">The first operands.</param>
    /// <param name="lda">Numbers from one stored row of A to the next.</param>
    /// <param name="strideA">Numbers from one A to the next, 0 or more.</param>
    /// <param name="b">The second operands.</param>
    /// <param name="ldb">Numbers from one stored row of B to the next.</param>
    /// <param name="strideB">Numbers from one B to the next, 0 or more.</param>
    /// <param name="beta">Factor of the old C; with 0 the old C is never read.</param>
    /// <param name="c">The results.</param>
    /// <param name="ldc">Numbers from one row of C to the next.</param>
    /// <param name="strideC">Numbers from one C to the next, at least the room of one C (unless batch is 1).</param>
    /// <exception cref="ArgumentException">A size is negative, a stride is too short, or a span is too short.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static void RunBatched<T>(
        int batch, bool transposeA, bool transposeB, int m, int n, int k, T alpha,
        ReadOnlySpan<T> a, int lda, long strideA, ReadOnlySpan<T> b, int ldb, long strideB, T beta, Span<T> c, int ldc, long strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"matrix multiply: expected float or double, got {typeof(T).Name}.");
        }

        Check("m", m);
        Check("n", n);
        Check("k", k);
        Check("batch", batch);
        CheckOperand("a", batch, transposeA ? k : m, transposeA ? m : k, lda, strideA, a.Length);
        CheckOperand("b", batch, transposeB ? n : k, transposeB ? k : n, ldb, strideB, b.Length);
        CheckOperand("c", batch, m, n, ldc, strideC, c.Length);
        if (batch > 1 && m > 0 && n > 0 && strideC < (long)(m - 1) * ldc + n)
        {
            throw new ArgumentException($"matrix multiply: strideC = {strideC} makes the results overlap; one needs {(long)(m - 1) * ldc + n}.");
        }

        fixed (T* pa = a, pb = b, pc = c)
        {
            VectorCall.Run<GemmBatch<T>, T>(new()
            {
                A = new() { At = pa, RowStride = lda, Transpose = transposeA },
                B = new() { At = pb, RowStride = ldb, Transpose = transposeB },
                C = pc,
                StrideA = (nint)strideA,
                StrideB = (nint)strideB,
                StrideC = (nint)strideC,
                RowStride = ldc,
                Count = batch,
                M = m,
                N = n,
                K = k,
                Alpha = alpha,
                Beta = beta,
            });
        }
    }

    private static void Check(string name, int size)
    {
        if (size < 0)
        {
            throw new ArgumentException($"matrix multiply: {name} must be 0 or more, got {size}.");
        }
    }

    private static void CheckOperand(string name, int batch, int rows, int columns, int rowStride, long stride, int length)
    {
        if (rowStride < columns || stride < 0)
        {
            throw new ArgumentException(
                $"matrix multiply: {name} has rows of {columns}; expected a row stride of at least that and a matrix stride of 0 or more, got {rowStride} and {stride}.");
        }

        if (batch == 0 || rows == 0 || columns == 0)
        {
            return;
        }

        long needed = checked((batch - 1) * stride + (long)(rows - 1) * rowStride + columns);
        if (length < needed)
        {
            throw new ArgumentException(
                $"matrix multiply: {name} needs {needed} numbers ({batch} × [{rows}, {columns}], row stride {rowStride}, matrix stride {stride}), got {length}.");
        }
    }
}
