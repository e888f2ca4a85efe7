using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

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
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public GemmOperand<T> A;
    public int M;
    public int K;
    public T* To;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
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
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public GemmOperand<T> B;
    public int N;
    public int K;
    public T* To;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
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
