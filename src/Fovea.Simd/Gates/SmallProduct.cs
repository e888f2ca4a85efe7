using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// Products of a small matrix with a vector, for the little networks between a gate's statistics and its scales: between two sweeps of
/// tens of microseconds, what a general product spends on packing and planning would show.
/// </summary>
public static unsafe class SmallProduct
{
    // Products of a matrix of so many numbers are worth a second thread.
    private const int SharedFrom = 1 << 17;
    private const int PieceRows = 32;
    private const int PieceColumns = 256;

    /// <summary><c>y[r] = Σ_k matrix[r, k] · x[k] + bias[r] · times</c>.</summary>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="matrix">[rows, columns].</param>
    /// <param name="x">[columns].</param>
    /// <param name="bias">[rows], or empty.</param>
    /// <param name="times">How often the bias counts.</param>
    /// <param name="y">[rows], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Rows<T>(int rows, int columns, ReadOnlySpan<T> matrix, ReadOnlySpan<T> x, ReadOnlySpan<T> bias, int times, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "smallProductRows";
        Guard.Length(Name, "matrix", (long)rows * columns, matrix.Length);
        Guard.Length(Name, "x", columns, x.Length);
        Guard.LengthOrEmpty(Name, "bias", rows, bias.Length);
        Guard.Length(Name, "y", rows, y.Length);
        fixed (T* matrixAt = matrix, xAt = x, biasAt = bias, yAt = y)
        {
            var body = new RowsBody<T>(rows, columns, matrixAt, xAt, biasAt, T.CreateTruncating(times), yAt);
            Run<RowsBody<T>, T>(ref body, (rows + PieceRows - 1) / PieceRows, matrix.Length);
        }
    }

    /// <summary><c>y[k] = Σ_r matrix[r, k] · x[r]</c>.</summary>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="matrix">[rows, columns].</param>
    /// <param name="x">[rows].</param>
    /// <param name="y">[columns], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Columns<T>(int rows, int columns, ReadOnlySpan<T> matrix, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "smallProductColumns";
        Guard.Length(Name, "matrix", (long)rows * columns, matrix.Length);
        Guard.Length(Name, "x", rows, x.Length);
        Guard.Length(Name, "y", columns, y.Length);
        fixed (T* matrixAt = matrix, xAt = x, yAt = y)
        {
            var body = new ColumnsBody<T>(rows, columns, matrixAt, xAt, yAt);
            Run<ColumnsBody<T>, T>(ref body, (columns + PieceColumns - 1) / PieceColumns, matrix.Length);
        }
    }

    private static void Run<TBody, T>(ref TBody body, int pieces, int size)
        where TBody : unmanaged, IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        VectorLoop.For<TBody, T>(ref body, pieces, size >= SharedFrom ? 1 : Math.Max(1, pieces));

    private readonly struct RowsBody<T>(int rows, int columns, T* matrix, T* x, T* bias, T times, T* y) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int last = Math.Min(rows, to * PieceRows);
            for (int row = from * PieceRows; row < last; row++)
            {
                T* m = matrix + ((nint)row * columns);
                V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
                int k = 0;
                for (; k <= columns - (4 * V.Width); k += 4 * V.Width)
                {
                    s0 = V.MultiplyAdd(V.Load(m + k), V.Load(x + k), s0);
                    s1 = V.MultiplyAdd(V.Load(m + k + V.Width), V.Load(x + k + V.Width), s1);
                    s2 = V.MultiplyAdd(V.Load(m + k + (2 * V.Width)), V.Load(x + k + (2 * V.Width)), s2);
                    s3 = V.MultiplyAdd(V.Load(m + k + (3 * V.Width)), V.Load(x + k + (3 * V.Width)), s3);
                }

                for (; k < columns; k += V.Width)
                {
                    int n = Math.Min(V.Width, columns - k);
                    s0 = V.MultiplyAdd(V.LoadPartial(m + k, n), V.LoadPartial(x + k, n), s0);
                }

                T sum = V.Sum(s0 + s1 + (s2 + s3));
                y[row] = bias is null ? sum : sum + (bias[row] * times);
            }
        }
    }

    private readonly struct ColumnsBody<T>(int rows, int columns, T* matrix, T* x, T* y) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int last = Math.Min(columns, to * PieceColumns);
            for (int k = from * PieceColumns; k < last; k += V.Width)
            {
                int n = Math.Min(V.Width, last - k);
                T* m = matrix + k;
                V s0 = V.Zero, s1 = V.Zero;
                int row = 0;
                for (; row <= rows - 2; row += 2, m += 2 * (nint)columns)
                {
                    s0 = V.MultiplyAdd(V.LoadPartial(m, n), V.Broadcast(x[row]), s0);
                    s1 = V.MultiplyAdd(V.LoadPartial(m + columns, n), V.Broadcast(x[row + 1]), s1);
                }

                if (row < rows)
                {
                    s0 = V.MultiplyAdd(V.LoadPartial(m, n), V.Broadcast(x[row]), s0);
                }

                (s0 + s1).StorePartial(y + k, n);
            }
        }
    }
}
