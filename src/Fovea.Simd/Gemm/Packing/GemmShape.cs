using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>How a product is cut into panels, and the same for every number of threads.</summary>
/// <remarks>
/// Rows go into panels of up to <see cref="MaxRows"/>, as equal as an even height allows: 64 rows become 12, 10, 10, 12, 10, 10 rather
/// than five full panels and a thin one that would starve the multipliers.
/// </remarks>
internal static class GemmShape<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows of the tallest tile: what 32 registers hold, or 16.</summary>
    public static int MaxRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Width * Unsafe.SizeOf<T>() == 64 ? 12 : 6;
    }

    /// <summary>Columns of a tile.</summary>
    public static int Columns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * V.Width;
    }

    /// <summary>Steps of the sum that a packed panel of B holds: 1 KiB per column keeps it in the first-level cache.</summary>
    public static int Depth => 1024 / Unsafe.SizeOf<T>();

    /// <summary>How many panels <paramref name="m"/> rows make.</summary>
    public static int RowPanels(int m) => ((m + 1) / 2 + MaxRows / 2 - 1) / (MaxRows / 2);

    /// <summary>The first row of panel <paramref name="i"/>; for i = panels, the end (m rounded up to even).</summary>
    public static int RowStart(int m, int panels, int i) => 2 * (int)((long)i * ((m + 1) / 2) / panels);

    /// <summary>How many panels <paramref name="n"/> columns make.</summary>
    public static int ColumnPanels(int n) => (n + Columns - 1) / Columns;

    /// <summary>The width of the panel that holds <paramref name="columns"/> columns: one register does for a few.</summary>
    public static int PanelWidth(int columns) => columns <= V.Width ? V.Width : Columns;
}
