using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Attention;

/// <summary>The product of a panel of A, cut into tiles of rows, and one panel of B that is one or two registers wide.</summary>
internal static unsafe class AttentionTile<V, T>
    where V : unmanaged, ILane<V, T>
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>As <see cref="Multiply"/>, added to C, with A the rows of a panel that is itself <paramref name="panelWidth"/> wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddRows(int rows, int panelWidth, int width, int k, T* a, T* b, T* c, nint rowStride)
    {
        int panels = GemmShape<V, T>.RowPanels(rows);
        for (int i = 0; i < panels; i++)
        {
            int row = GemmShape<V, T>.RowStart(rows, panels, i);
            int height = GemmShape<V, T>.RowStart(rows, panels, i + 1) - row;
            T* from = a + ((nint)row * panelWidth);
            T* to = c + (row * rowStride);
            bool wide = panelWidth > V.Width;
            if (width > V.Width && wide)
            {
                TileTable<V, T, N2, PanelRowsWalk<N2>>.Run(height, k, from, b, b + V.Width, null, to, to + V.Width, rowStride, true);
            }
            else if (width > V.Width)
            {
                TileTable<V, T, N2, PanelRowsWalk<N1>>.Run(height, k, from, b, b + V.Width, null, to, to + V.Width, rowStride, true);
            }
            else if (wide)
            {
                TileTable<V, T, N1, PanelRowsWalk<N2>>.Run(height, k, from, b, b, null, to, to, rowStride, true);
            }
            else
            {
                TileTable<V, T, N1, PanelRowsWalk<N1>>.Run(height, k, from, b, b, null, to, to, rowStride, true);
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
