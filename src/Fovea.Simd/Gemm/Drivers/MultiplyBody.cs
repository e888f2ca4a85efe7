using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>Multiplies packed panels: piece i is one block of C, over the whole depth of the chunk.</summary>
internal unsafe struct MultiplyBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A block of C is at most 10 panels of rows by 8 of columns: its packed A (120 KiB per depth) and B stay in the second-level
    // cache.
    private const int BlockRows = 10;
    private const int BlockColumns = 8;

    // Few rows are cut into this many pieces at least, if there are columns enough: sixteen threads find work, and two end together.
    private const int LeastPieces = 16;

    /// <summary>A packed, or unpacked where <see cref="Stride"/> says how far its rows are apart.</summary>
    public T* A;
    public nint Stride;
    public T* B;
    public T* C;
    public nint RowStride;
    public int M;
    public int N;
    public int K;
    public T Alpha;
    public T Beta;
    public GemmFinish<T> Finish;

    public static int Pieces(int m, int n) => RowBlocks(m) * ColumnBlocks(m, n);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int rowBlocks = RowBlocks(M);
        for (int i = from; i < to; i++)
        {
            Block(i % rowBlocks, i / rowBlocks);
        }
    }

    private static int RowBlocks(int m) => (GemmShape<V, T>.RowPanels(m) + BlockRows - 1) / BlockRows;

    /// <summary>Whether a product can read A unpacked: rows side by side in pairs, and columns for tiles of two registers.</summary>
    public static bool TakesRows(in GemmOperand<T> a, int m, int n) =>
        !a.Transpose && m % 2 == 0 && GemmShape<V, T>.PanelWidth((n - 1) % GemmShape<V, T>.Columns + 1) == GemmShape<V, T>.Columns;

    private static int ColumnBlocks(int m, int n)
    {
        int panels = GemmShape<V, T>.ColumnPanels(n);
        int wanted = (LeastPieces + RowBlocks(m) - 1) / RowBlocks(m);
        return Math.Max((panels + BlockColumns - 1) / BlockColumns, Math.Min(panels, wanted));
    }

    // Blocks as equal as whole panels allow.
    private static int Start(int block, int blocks, int panels) => (int)((long)block * panels / blocks);

    private readonly void Block(int rowBlock, int columnBlock)
    {
        int rowPanels = GemmShape<V, T>.RowPanels(M);
        int columnPanels = GemmShape<V, T>.ColumnPanels(N);
        Part(
            Start(rowBlock, RowBlocks(M), rowPanels), Start(rowBlock + 1, RowBlocks(M), rowPanels),
            Start(columnBlock, ColumnBlocks(M, N), columnPanels), Start(columnBlock + 1, ColumnBlocks(M, N), columnPanels));
    }

    /// <summary>Computes the part of C between panels of rows and panels of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Part(int firstRow, int lastRow, int firstColumn, int lastColumn)
    {
        int width = GemmShape<V, T>.Columns;
        int rowPanels = GemmShape<V, T>.RowPanels(M);
        int columnPanels = GemmShape<V, T>.ColumnPanels(N);
        int paddedRows = GemmShape<V, T>.RowStart(M, rowPanels, rowPanels);
        T* edge = stackalloc T[GemmShape<V, T>.MaxRows * width];
        bool plain = Alpha == T.One;
        for (int p = 0; p < K; p += GemmShape<V, T>.Depth)
        {
            int depth = Math.Min(GemmShape<V, T>.Depth, K - p);
            T* packedA = Stride > 0 ? A + p : A + (nint)p * paddedRows;
            T* packedB = B + (nint)p * columnPanels * width;
            T beta = p == 0 ? Beta : T.One;
            bool finishes = !Finish.IsNone && p + depth == K;
            for (int j = firstColumn; j < lastColumn; j++)
            {
                T* b = packedB + (nint)j * width * depth;

                // The next panel of B comes from afar; the tiles of this one prefetch it, piece by piece.
                T* next = j + 1 < lastColumn ? b + ((nint)width * depth) : B + (((nint)(p + depth) * columnPanels) + ((nint)firstColumn * depth)) * width;
                int columns = Math.Min(width, N - j * width);
                int panelWidth = GemmShape<V, T>.PanelWidth(columns);
                for (int i = firstRow; i < lastRow; i++)
                {
                    int row = GemmShape<V, T>.RowStart(M, rowPanels, i);
                    int height = GemmShape<V, T>.RowStart(M, rowPanels, i + 1) - row;
                    T* a = packedA + row * (Stride > 0 ? Stride : depth);
                    T* c = C + row * RowStride + j * width;
                    int rows = Math.Min(height, M - row);
                    if (rows == height && columns == panelWidth && plain && (beta == T.Zero || beta == T.One))
                    {
                        Tile(panelWidth, height, depth, a, b, next, c, RowStride, beta == T.One);
                        next += (nint)depth * (GemmTile<V, T, N12, N2, PrefetchWalk>.AheadBytes / sizeof(T));
                    }
                    else
                    {
                        Tile(panelWidth, height, depth, a, b, next, edge, width, false);
                        TileFinish<V, T>.Scaled(edge, width, c, RowStride, rows, columns, Alpha, beta);
                    }

                    if (finishes)
                    {
                        Finish.At(row, j * width).Run<V>(c, RowStride, rows, columns);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Tile(int panelWidth, int height, int depth, T* a, T* b, T* next, T* c, nint rowStride, bool adds)
    {
        if (Stride > 0)
        {
            RowTiles<V, T, PrefetchWalk>.Run(height, 1, depth, a, Stride, 0, b, (byte*)next, c, rowStride, adds);
        }
        else if (panelWidth == V.Width)
        {
            TileTable<V, T, N1, PackedWalk>.Run(height, depth, a, b, b, null, c, c, rowStride, adds);
        }
        else
        {
            TileTable<V, T, N2, PrefetchWalk>.Run(height, depth, a, b, b + V.Width, (nint*)next, c, c + V.Width, rowStride, adds);
        }
    }
}
