using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Copying;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>Products of a matrix with its own transpose: only what is not left of the diagonal is computed, the rest is its mirror.</summary>
public static unsafe class SymmetricProduct
{
    private const string Kernel = "symmetric product";

    // Side of the squares that are mirrored at a time.
    private const int Side = 32;

    // Below this many multiply-adds handing pieces over costs more than it saves.
    private const long SerialWork = 64 * 64 * 64;

    /// <summary><c>Yᵢ = Xᵢ · Xᵢᵀ</c> for i = 0 … <paramref name="batch"/> − 1; exactly symmetric.</summary>
    /// <param name="batch">How many products, 0 or more.</param>
    /// <param name="rows">Rows of an X, 0 or more.</param>
    /// <param name="length">Length of a row, 0 or more.</param>
    /// <param name="x">[batch, rows, length].</param>
    /// <param name="y">[batch, rows, rows], written.</param>
    /// <exception cref="ArgumentException">A size is negative, or a span does not have the length that the sizes ask for.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static void Run<T>(int batch, int rows, int length, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"{Kernel}: expected float or double, got {typeof(T).Name}.");
        }

        Check(batch, rows, length, y.Length);
        Guard.Length(Kernel, "x [batch, rows, length]", (long)batch * rows * length, x.Length);
        if (length == 0)
        {
            y.Clear();
            return;
        }

        fixed (T* xAt = x, yAt = y)
        {
            VectorCall.Run<Call<T>, T>(new(batch, rows, length, xAt, yAt));
        }
    }

    /// <summary><c>Yᵢ = Xᵢ + Xᵢᵀ</c>: what a symmetric product's gradient multiplies with.</summary>
    /// <param name="batch">How many matrices, 0 or more.</param>
    /// <param name="rows">Their side, 0 or more.</param>
    /// <param name="x">[batch, rows, rows].</param>
    /// <param name="y">[batch, rows, rows], written; apart from x.</param>
    /// <exception cref="ArgumentException">A size is negative, or a span does not have the length that the sizes ask for.</exception>
    public static void AddTransposed<T>(int batch, int rows, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(batch, rows, 0, y.Length);
        Guard.Length(Kernel, "x [batch, rows, rows]", y.Length, x.Length);
        fixed (T* xAt = x, yAt = y)
        {
            var body = new MirrorBody<T> { From = xAt, To = yAt, Rows = rows, Adds = true };
            ParallelPool.For(ref body, batch * body.Strips, VectorLoop.Grain((long)rows * Side));
        }
    }

    private static void Check(int batch, int rows, int length, int y)
    {
        if (batch < 0 || rows < 0 || length < 0)
        {
            Guard.Fail(Kernel, $"expected sizes of 0 or more, got batch {batch}, rows {rows}, length {length}");
        }

        Guard.Length(Kernel, "y [batch, rows, rows]", (long)batch * rows * rows, y);
    }

    private readonly struct Call<T>(int batch, int rows, int length, T* x, T* y) : IVectorCall<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>()
            where V : unmanaged, IVector<V, T>
        {
            nint stride = (nint)rows * length;
            int depth = Math.Clamp(GemmDriver<V, T>.PackedNumbers / Math.Max(rows, 1), GemmShape<V, T>.Depth, Math.Max(length, GemmShape<V, T>.Depth));
            int grain = stride * rows <= SerialWork ? int.MaxValue : 1;
            long packedRows = GemmDriver<V, T>.PackedCount(rows + 1, Math.Min(depth, length));
            using var packed = new Scratch<T>(2 * packedRows);
            for (int i = 0; i < batch; i++)
            {
                T* matrix = y + ((nint)i * rows * rows);
                for (int k = 0; k < length; k += depth)
                {
                    int count = Math.Min(depth, length - k);
                    T* from = x + (i * stride) + k;
                    var packRows = new PackRowsBody<V, T> { A = new() { At = from, RowStride = length }, M = rows, K = count, To = packed.At };
                    ParallelPool.For(ref packRows, GemmShape<V, T>.RowPanels(rows), grain);
                    var packColumns = new PackColumnsBody<V, T>
                    {
                        B = new() { At = from, RowStride = length, Transpose = true },
                        N = rows,
                        K = count,
                        To = packed.At + packedRows,
                    };
                    ParallelPool.For(ref packColumns, GemmShape<V, T>.ColumnPanels(rows), grain);
                    var multiply = new UpperBody<V, T>
                    {
                        Product = new()
                        {
                            A = packed.At,
                            B = packed.At + packedRows,
                            C = matrix,
                            RowStride = rows,
                            M = rows,
                            N = rows,
                            K = count,
                            Alpha = T.One,
                            Beta = k == 0 ? T.Zero : T.One,
                        },
                    };
                    ParallelPool.For(ref multiply, UpperBody<V, T>.Pieces(rows), grain);
                }
            }

            var mirror = new MirrorBody<T> { From = y, To = y, Rows = rows };
            ParallelPool.For(ref mirror, batch * mirror.Strips, VectorLoop.Grain((long)rows * Side));
        }
    }

    /// <summary>Piece i is a strip of rows in one block of columns, as far as it reaches to the right of the diagonal.</summary>
    private struct UpperBody<V, T> : IRangeBody
        where V : unmanaged, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const int BlockRows = 10;
        private const int BlockColumns = 4;

        public MultiplyBody<V, T> Product;

        public static int Pieces(int rows) =>
            ((GemmShape<V, T>.RowPanels(rows) + BlockRows - 1) / BlockRows) * ((GemmShape<V, T>.ColumnPanels(rows) + BlockColumns - 1) / BlockColumns);

        public readonly void Run(int from, int to)
        {
            int rowPanels = GemmShape<V, T>.RowPanels(Product.M);
            int columnPanels = GemmShape<V, T>.ColumnPanels(Product.M);
            int strips = (rowPanels + BlockRows - 1) / BlockRows;
            for (int i = from; i < to; i++)
            {
                int firstRow = i % strips * BlockRows;
                int firstColumn = i / strips * BlockColumns;
                int diagonal = GemmShape<V, T>.RowStart(Product.M, rowPanels, firstRow) / GemmShape<V, T>.Columns;
                int lastColumn = Math.Min(columnPanels, firstColumn + BlockColumns);
                firstColumn = Math.Max(firstColumn, diagonal);
                if (firstColumn < lastColumn)
                {
                    Product.Part(firstRow, Math.Min(rowPanels, firstRow + BlockRows), firstColumn, lastColumn);
                }
            }
        }
    }

    /// <summary>Piece i is a strip of rows of one matrix: what lies left of the diagonal is taken from, or added to, its mirror.</summary>
    private struct MirrorBody<T> : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* From;
        public T* To;
        public int Rows;
        public bool Adds;

        public readonly int Strips => (Rows + Side - 1) / Side;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int from, int to)
        {
            T* square = stackalloc T[Side * Side];
            for (int i = from; i < to; i++)
            {
                int matrix = i / Strips;
                int row = (i - (matrix * Strips)) * Side;
                int height = Math.Min(Side, Rows - row);
                nint start = (nint)matrix * Rows * Rows;
                int end = Adds ? Rows : row + height;
                for (int column = 0; column < end; column += Side)
                {
                    int width = Math.Min(Side, Rows - column);
                    T* at = To + start + ((nint)row * Rows) + column;
                    Tile.Transpose(From + start + ((nint)column * Rows) + row, Rows, square, Side, height, width);
                    T* other = From + start + ((nint)row * Rows) + column;
                    for (int r = 0; r < height; r++, at += Rows, other += Rows)
                    {
                        // On the diagonal's square only what is left of it changes.
                        int count = Adds ? width : Math.Clamp(row + r - column, 0, width);
                        for (int c = 0; c < count; c++)
                        {
                            at[c] = Adds ? other[c] + square[(r * Side) + c] : square[(r * Side) + c];
                        }
                    }
                }
            }
        }
    }
}
