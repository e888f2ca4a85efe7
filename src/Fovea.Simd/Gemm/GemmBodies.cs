using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Gemm;

/// <summary>One operand of a product: where it lies and how far its rows are apart.</summary>
internal unsafe struct GemmOperand<T>
    where T : unmanaged
{
    public T* At;
    public nint RowStride;
    public bool Transpose;

    /// <summary>The address of element (row, column) of the operand as the product sees it.</summary>
    public readonly T* Element(nint row, nint column) => Transpose ? At + column * RowStride + row : At + row * RowStride + column;
}

/// <summary>Packs A: piece i is one panel of rows over the whole depth of the chunk.</summary>
internal unsafe struct PackRowsBody<V, T> : IRangeBody
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public GemmOperand<T> A;
    public int M;
    public int K;
    public T* To;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int from, int to)
    {
        int panels = GemmShape<V, T>.RowPanels(M);
        int padded = GemmShape<V, T>.RowStart(M, panels, panels);
        for (int i = from; i < to; i++)
        {
            int start = GemmShape<V, T>.RowStart(M, panels, i);
            int height = GemmShape<V, T>.RowStart(M, panels, i + 1) - start;
            for (int p = 0; p < K; p += GemmShape<V, T>.Depth)
            {
                int depth = Math.Min(GemmShape<V, T>.Depth, K - p);
                T* panel = To + (nint)p * padded + (nint)start * depth;
                GemmPacking<V, T>.PackRows(A.Transpose, A.Element(start, p), A.RowStride, Math.Min(height, M - start), height, depth, panel);
            }
        }
    }
}

/// <summary>Packs B: piece i is one panel of columns over the whole depth of the chunk.</summary>
internal unsafe struct PackColumnsBody<V, T> : IRangeBody
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public GemmOperand<T> B;
    public int N;
    public int K;
    public T* To;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int from, int to)
    {
        int width = GemmShape<V, T>.Columns;
        nint padded = (nint)GemmShape<V, T>.ColumnPanels(N) * width;
        for (int i = from; i < to; i++)
        {
            int start = i * width;
            for (int p = 0; p < K; p += GemmShape<V, T>.Depth)
            {
                int depth = Math.Min(GemmShape<V, T>.Depth, K - p);
                T* panel = To + p * padded + (nint)start * depth;
                GemmPacking<V, T>.PackColumns(B.Transpose, B.Element(p, start), B.RowStride, Math.Min(width, N - start), depth, panel);
            }
        }
    }
}

/// <summary>Multiplies packed panels: piece i is one block of C, over the whole depth of the chunk.</summary>
internal unsafe struct MultiplyBody<V, T> : IRangeBody
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A block of C is 10 panels of rows by 8 of columns: its packed A (120 KiB per depth) and B stay in the second-level cache,
    // and a matrix of a thousand rows makes enough pieces for sixteen threads.
    private const int BlockRows = 10;
    private const int BlockColumns = 8;

    public T* A;
    public T* B;
    public T* C;
    public nint RowStride;
    public int M;
    public int N;
    public int K;
    public T Alpha;
    public T Beta;

    public static int Pieces(int m, int n) => RowBlocks(m) * ColumnBlocks(n);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int from, int to)
    {
        int rowBlocks = RowBlocks(M);
        for (int i = from; i < to; i++)
        {
            Block(i % rowBlocks, i / rowBlocks);
        }
    }

    private static int RowBlocks(int m) => (GemmShape<V, T>.RowPanels(m) + BlockRows - 1) / BlockRows;

    private static int ColumnBlocks(int n) => (GemmShape<V, T>.ColumnPanels(n) + BlockColumns - 1) / BlockColumns;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Block(int rowBlock, int columnBlock)
    {
        int width = GemmShape<V, T>.Columns;
        int rowPanels = GemmShape<V, T>.RowPanels(M);
        int columnPanels = GemmShape<V, T>.ColumnPanels(N);
        int paddedRows = GemmShape<V, T>.RowStart(M, rowPanels, rowPanels);
        int lastRow = Math.Min(rowPanels, (rowBlock + 1) * BlockRows);
        int lastColumn = Math.Min(columnPanels, (columnBlock + 1) * BlockColumns);
        T* edge = stackalloc T[GemmShape<V, T>.MaxRows * width];
        bool plain = Alpha == T.One;
        for (int p = 0; p < K; p += GemmShape<V, T>.Depth)
        {
            int depth = Math.Min(GemmShape<V, T>.Depth, K - p);
            T* packedA = A + (nint)p * paddedRows;
            T* packedB = B + (nint)p * columnPanels * width;
            T beta = p == 0 ? Beta : T.One;
            for (int j = columnBlock * BlockColumns; j < lastColumn; j++)
            {
                T* b = packedB + (nint)j * width * depth;
                int columns = Math.Min(width, N - j * width);
                int panelWidth = GemmShape<V, T>.PanelWidth(columns);
                for (int i = rowBlock * BlockRows; i < lastRow; i++)
                {
                    int row = GemmShape<V, T>.RowStart(M, rowPanels, i);
                    int height = GemmShape<V, T>.RowStart(M, rowPanels, i + 1) - row;
                    T* a = packedA + (nint)row * depth;
                    T* c = C + row * RowStride + j * width;
                    int rows = Math.Min(height, M - row);
                    if (rows == height && columns == panelWidth && plain && (beta == T.Zero || beta == T.One))
                    {
                        Tile(panelWidth, height, depth, a, b, c, RowStride, beta == T.One);
                        continue;
                    }

                    Tile(panelWidth, height, depth, a, b, edge, width, false);
                    TileFinish<V, T>.Scaled(edge, width, c, RowStride, rows, columns, Alpha, beta);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile(int panelWidth, int height, int depth, T* a, T* b, T* c, nint rowStride, bool adds)
    {
        if (panelWidth == V.Width)
        {
            TileTable<V, T, N1, PackedWalk>.Run(height, depth, a, b, b, null, c, c, rowStride, adds);
        }
        else
        {
            TileTable<V, T, N2, PackedWalk>.Run(height, depth, a, b, b + V.Width, null, c, c + V.Width, rowStride, adds);
        }
    }
}
