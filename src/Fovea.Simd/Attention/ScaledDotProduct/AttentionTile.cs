using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>The product of a panel of A, cut into tiles of rows, and one panel of B that is one or two registers wide.</summary>
internal static unsafe class AttentionTile<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The width of a panel that holds <paramref name="columns"/> columns (1 to 2 registers).</summary>
    public static int Width(int columns) => columns <= V.Width ? V.Width : 2 * V.Width;

    /// <summary>Rows that the panels of <paramref name="rows"/> rows take up together: rows, rounded up to even.</summary>
    public static int PaddedRows(int rows) => (rows + 1) / 2 * 2;

    /// <summary>
    /// <c>C[r, :] = Σ_k A[k, r] · B[k, :]</c>, or added to C. A: panels of rows one after the other, each [k, height]; B: [k, width];
    /// C: rows of <paramref name="rowStride"/>, <see cref="PaddedRows"/> of them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply(int rows, int width, int k, T* a, T* b, T* c, nint rowStride, bool adds)
    {
        int panels = GemmShape<V, T>.RowPanels(rows);
        for (int i = 0; i < panels; i++)
        {
            int row = GemmShape<V, T>.RowStart(rows, panels, i);
            int height = GemmShape<V, T>.RowStart(rows, panels, i + 1) - row;
            T* to = c + (row * rowStride);
            if (width > V.Width)
            {
                TileTable<V, T, N2, PackedWalk>.Run(height, k, a + ((nint)row * k), b, b + V.Width, null, to, to + V.Width, rowStride, adds);
            }
            else
            {
                TileTable<V, T, N1, PackedWalk>.Run(height, k, a + ((nint)row * k), b, b, null, to, to, rowStride, adds);
            }
        }
    }

    /// <summary>As <see cref="Multiply"/>, added to C, with B a part of a panel of <typeparamref name="TWidths"/> registers a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void AddPart<TWidths>(int rows, int width, int k, T* a, T* b, T* c, nint rowStride)
        where TWidths : struct, ICount
    {
        int panels = GemmShape<V, T>.RowPanels(rows);
        for (int i = 0; i < panels; i++)
        {
            int row = GemmShape<V, T>.RowStart(rows, panels, i);
            int height = GemmShape<V, T>.RowStart(rows, panels, i + 1) - row;
            T* to = c + (row * rowStride);
            if (width > V.Width)
            {
                TileTable<V, T, N2, PanelPartWalk<TWidths>>.Run(height, k, a + ((nint)row * k), b, b + V.Width, null, to, to + V.Width, rowStride, true);
            }
            else
            {
                TileTable<V, T, N1, PanelPartWalk<TWidths>>.Run(height, k, a + ((nint)row * k), b, b, null, to, to, rowStride, true);
            }
        }
    }

    /// <summary>As <see cref="Multiply"/>, added to C, with A the rows of a panel of <typeparamref name="TWidths"/> registers a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void AddRows<TWidths>(int rows, int width, int k, T* a, T* b, T* c, nint rowStride)
        where TWidths : struct, ICount
    {
        int panels = GemmShape<V, T>.RowPanels(rows);
        for (int i = 0; i < panels; i++)
        {
            int row = GemmShape<V, T>.RowStart(rows, panels, i);
            int height = GemmShape<V, T>.RowStart(rows, panels, i + 1) - row;
            T* from = a + ((nint)row * TWidths.Value * V.Width);
            T* to = c + (row * rowStride);
            if (width > V.Width)
            {
                TileTable<V, T, N2, PanelRowsWalk<TWidths>>.Run(height, k, from, b, b + V.Width, null, to, to + V.Width, rowStride, true);
            }
            else
            {
                TileTable<V, T, N1, PanelRowsWalk<TWidths>>.Run(height, k, from, b, b, null, to, to, rowStride, true);
            }
        }
    }

    /// <summary>Packs positions (or features) as rows of A: panels one after the other, each [steps, height].</summary>
    public static void PackRows(T* x, nint lane, nint step, int lanes, int steps, T* to, T scale)
    {
        int panels = GemmShape<V, T>.RowPanels(lanes);
        for (int i = 0; i < panels; i++)
        {
            int row = GemmShape<V, T>.RowStart(lanes, panels, i);
            int height = GemmShape<V, T>.RowStart(lanes, panels, i + 1) - row;
            PanelPacking<V, T>.Pack(x + (row * lane), lane, step, Math.Min(height, lanes - row), height, steps, to + ((nint)row * steps), scale);
        }
    }
}
