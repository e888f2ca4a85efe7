using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Gemm;

/// <summary>Cuts a product into chunks whose packed copies have a bounded size, and hands the pieces of each to the team.</summary>
internal static unsafe class GemmDriver<V, T>
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // 2048 × 2048 floats: 16 MiB per packed operand at most.
    private const int Chunk = 2048;

    // Below this many multiply-adds handing pieces over costs more than it saves.
    private const long SerialWork = 64 * 64 * 64;

    /// <summary>Numbers of working memory that a product takes.</summary>
    public static long ScratchCount(int m, int n, int k) => m == 0 || n == 0 || k == 0 ? 1 : PackedRows(m, k) + PackedColumns(n, k);

    /// <summary>Runs one product.</summary>
    /// <param name="a">The first operand.</param>
    /// <param name="b">The second operand.</param>
    /// <param name="c">The result.</param>
    /// <param name="rowStride">Numbers from one row of the result to the next.</param>
    /// <param name="m">Rows.</param>
    /// <param name="n">Columns.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="alpha">Factor of the product.</param>
    /// <param name="beta">Factor of the old result.</param>
    /// <param name="scratch">Room for <see cref="ScratchCount"/> numbers, aligned to a register.</param>
    public static void Run(GemmOperand<T> a, GemmOperand<T> b, T* c, nint rowStride, int m, int n, int k, T alpha, T beta, T* scratch)
    {
        if (m == 0 || n == 0)
        {
            return;
        }

        if (k == 0 || alpha == T.Zero)
        {
            Scale(c, rowStride, m, n, beta);
            return;
        }

        T* packedA = scratch;
        T* packedB = scratch + PackedRows(m, k);
        bool serial = (long)m * n * k <= SerialWork;
        for (int n0 = 0; n0 < n; n0 += Chunk)
        {
            int columns = Math.Min(Chunk, n - n0);
            for (int k0 = 0; k0 < k; k0 += Chunk)
            {
                int depth = Math.Min(Chunk, k - k0);
                var packColumns = new PackColumnsBody<V, T> { B = From(b, k0, n0), N = columns, K = depth, To = packedB };
                Share(ref packColumns, GemmShape<V, T>.ColumnPanels(columns), serial);
                for (int m0 = 0; m0 < m; m0 += Chunk)
                {
                    int rows = Math.Min(Chunk, m - m0);
                    var packRows = new PackRowsBody<V, T> { A = From(a, m0, k0), M = rows, K = depth, To = packedA };
                    Share(ref packRows, GemmShape<V, T>.RowPanels(rows), serial);
                    var multiply = new MultiplyBody<V, T>
                    {
                        A = packedA,
                        B = packedB,
                        C = c + m0 * rowStride + n0,
                        RowStride = rowStride,
                        M = rows,
                        N = columns,
                        K = depth,
                        Alpha = alpha,
                        Beta = k0 == 0 ? beta : T.One,
                    };
                    Share(ref multiply, MultiplyBody<V, T>.Pieces(rows, columns), serial);
                }
            }
        }
    }

    private static void Share<TBody>(ref TBody body, int pieces, bool serial)
        where TBody : unmanaged, IRangeBody
    {
        if (serial)
        {
            body.Run(0, pieces);
        }
        else
        {
            WorkerTeam.For(ref body, pieces);
        }
    }

    // Rounded up so that what follows is aligned as well.
    private static long PackedRows(int m, int k) => ((((Math.Min(m, Chunk) + 1) / 2 * 2 * (long)Math.Min(k, Chunk)) + 15) / 16 * 16);

    private static long PackedColumns(int n, int k) =>
        (long)GemmShape<V, T>.ColumnPanels(Math.Min(n, Chunk)) * GemmShape<V, T>.Columns * Math.Min(k, Chunk);

    private static GemmOperand<T> From(GemmOperand<T> x, nint row, nint column) =>
        new() { At = x.Element(row, column), RowStride = x.RowStride, Transpose = x.Transpose };

    private static void Scale(T* c, nint rowStride, int m, int n, T beta)
    {
        for (int i = 0; i < m; i++, c += rowStride)
        {
            var row = new Span<T>(c, n);
            if (beta == T.Zero)
            {
                row.Clear();
                continue;
            }

            foreach (ref T x in row)
            {
                x *= beta;
            }
        }
    }
}
