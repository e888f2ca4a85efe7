using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>Cuts a product into chunks whose packed copies have a bounded size, and hands the pieces of each to the pool.</summary>
internal static unsafe class GemmDriver<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // At most 2048 × 2048 or 1024 × 4096 numbers, 16 MiB of floats, per packed operand. Long sums are cut last: each cut sends all of C
    // through the caches once more. Fixed, as a sum is put together from its cuts.
    private const int ChunkDepth = 4096;
    public const int PackedNumbers = 1 << 22;

    // Below this many multiply-adds handing pieces over costs more than it saves.
    private const long SerialWork = 64 * 64 * 64;

    /// <summary>Numbers of working memory that a product takes.</summary>
    public static long ScratchCount(int m, int n, int k) => m == 0 || n == 0 || k == 0 ? 1 : PackedRows(m, k) + PackedColumns(n, k);

    /// <summary>Numbers of working memory for the packed rows of A alone, rounded up so that what follows is aligned as well.</summary>
    public static long PackedRows(int m, int k) => (((Chunk(m, k) + 1) / 2 * 2 * (long)Math.Min(k, ChunkDepth)) + 15) / 16 * 16;

    /// <summary>Numbers of a whole packed B.</summary>
    public static long PackedCount(int n, int k) => (long)GemmShape<V, T>.ColumnPanels(n) * GemmShape<V, T>.Columns * k;

    /// <summary>Packs all of B for later products: chunk after chunk, as <see cref="Run"/> reads them.</summary>
    public static void Pack(GemmOperand<T> b, int n, int k, T* to)
    {
        int chunk = Chunk(n, k);
        for (int n0 = 0; n0 < n; n0 += chunk)
        {
            int columns = Math.Min(chunk, n - n0);
            for (int k0 = 0; k0 < k; k0 += ChunkDepth)
            {
                int depth = Math.Min(ChunkDepth, k - k0);
                var pack = new PackColumnsBody<V, T> { B = From(b, k0, n0), N = columns, K = depth, To = to };
                Share(ref pack, GemmShape<V, T>.ColumnPanels(columns), (long)columns * depth <= SerialWork);
                to += PackedCount(columns, depth);
            }
        }
    }

    /// <summary>Runs one product.</summary>
    /// <param name="a">The first operand.</param>
    /// <param name="b">The second operand; not read when it is packed.</param>
    /// <param name="c">The result.</param>
    /// <param name="rowStride">Numbers from one row of the result to the next.</param>
    /// <param name="m">Rows.</param>
    /// <param name="n">Columns.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="alpha">Factor of the product.</param>
    /// <param name="beta">Factor of the old result.</param>
    /// <param name="scratch">Room for <see cref="ScratchCount"/> numbers, or <see cref="PackedRows"/> when B is packed, aligned to a register.</param>
    /// <param name="packed">What <see cref="Pack"/> wrote, or null.</param>
    /// <param name="finish">What is done to the results in the end.</param>
    public static void Run(
        GemmOperand<T> a, GemmOperand<T> b, T* c, nint rowStride, int m, int n, int k, T alpha, T beta, T* scratch, T* packed = null,
        GemmFinish<T> finish = default)
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
        T* packedB = packed is null ? scratch + PackedRows(m, k) : packed;
        bool serial = (long)m * n * k <= SerialWork;
        int columnChunk = Chunk(n, k);
        int rowChunk = Chunk(m, k);
        for (int n0 = 0; n0 < n; n0 += columnChunk)
        {
            int columns = Math.Min(columnChunk, n - n0);
            for (int k0 = 0; k0 < k; k0 += ChunkDepth)
            {
                int depth = Math.Min(ChunkDepth, k - k0);
                if (packed is null)
                {
                    var packColumns = new PackColumnsBody<V, T> { B = From(b, k0, n0), N = columns, K = depth, To = packedB };
                    Share(ref packColumns, GemmShape<V, T>.ColumnPanels(columns), serial);
                }

                for (int m0 = 0; m0 < m; m0 += rowChunk)
                {
                    int rows = Math.Min(rowChunk, m - m0);
                    bool direct = MultiplyBody<V, T>.TakesRows(a, rows, columns);
                    if (!direct)
                    {
                        var packRows = new PackRowsBody<V, T> { A = From(a, m0, k0), M = rows, K = depth, To = packedA };
                        Share(ref packRows, GemmShape<V, T>.RowPanels(rows), serial);
                    }

                    var multiply = new MultiplyBody<V, T>
                    {
                        A = direct ? a.Element(m0, k0) : packedA,
                        Stride = direct ? a.RowStride : 0,
                        B = packedB,
                        C = c + m0 * rowStride + n0,
                        RowStride = rowStride,
                        M = rows,
                        N = columns,
                        K = depth,
                        Alpha = alpha,
                        Beta = k0 == 0 ? beta : T.One,
                        Finish = k0 + depth == k ? finish.At(m0, n0) : default,
                    };
                    Share(ref multiply, MultiplyBody<V, T>.Pieces(rows, columns), serial);
                }

                packedB += packed is null ? 0 : PackedCount(columns, depth);
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
            ParallelPool.For(ref body, pieces);
        }
    }

    private static long PackedColumns(int n, int k) => PackedCount(Chunk(n, k), Math.Min(k, ChunkDepth));

    // Lines that are packed together: all of them, or equal shares, a multiple of every tile's height and width.
    private static int Chunk(int lines, int k)
    {
        const int Step = 480;
        int most = PackedNumbers / Math.Clamp(k, 2048, ChunkDepth) / Step * Step;
        int chunks = (lines + most - 1) / most;
        return chunks <= 1 ? lines : Math.Min(most, (((lines + chunks - 1) / chunks) + Step - 1) / Step * Step);
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
