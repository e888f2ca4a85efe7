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

    public static void Run(GemmOperand<T> a, GemmOperand<T> b, T* c, nint rowStride, int m, int n, int k, T alpha, T beta)
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

        using var packedA = new Scratch<T>((long)(Math.Min(m, Chunk) + 1) * Math.Min(k, Chunk));
        using var packedB = new Scratch<T>((long)GemmShape<V, T>.ColumnPanels(Math.Min(n, Chunk)) * GemmShape<V, T>.Columns * Math.Min(k, Chunk));
        int grain = (long)m * n * k <= SerialWork ? int.MaxValue : 1;
        for (int n0 = 0; n0 < n; n0 += Chunk)
        {
            int columns = Math.Min(Chunk, n - n0);
            for (int k0 = 0; k0 < k; k0 += Chunk)
            {
                int depth = Math.Min(Chunk, k - k0);
                var packColumns = new PackColumnsBody<V, T> { B = From(b, k0, n0), N = columns, K = depth, To = packedB.At };
                WorkerTeam.For(ref packColumns, GemmShape<V, T>.ColumnPanels(columns), grain);
                for (int m0 = 0; m0 < m; m0 += Chunk)
                {
                    int rows = Math.Min(Chunk, m - m0);
                    var packRows = new PackRowsBody<V, T> { A = From(a, m0, k0), M = rows, K = depth, To = packedA.At };
                    WorkerTeam.For(ref packRows, GemmShape<V, T>.RowPanels(rows), grain);
                    var multiply = new MultiplyBody<V, T>
                    {
                        A = packedA.At,
                        B = packedB.At,
                        C = c + m0 * rowStride + n0,
                        RowStride = rowStride,
                        M = rows,
                        N = columns,
                        K = depth,
                        Alpha = alpha,
                        Beta = k0 == 0 ? beta : T.One,
                    };
                    WorkerTeam.For(ref multiply, MultiplyBody<V, T>.Pieces(rows, columns), grain);
                }
            }
        }
    }

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
