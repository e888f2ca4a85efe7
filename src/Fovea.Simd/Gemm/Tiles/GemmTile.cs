using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>
/// The innermost kernel of products and convolutions: a tile of C, up to 12 rows by two registers, held in registers over the whole
/// sum. Each step loads two registers of B and broadcasts one number of A per row: 12 × 2 accumulators and their three operands fill
/// 27 of the 32 registers of AVX-512, 6 × 2 fill 15 of the 16 of AVX2.
/// </summary>
/// <remarks>
/// a: [k, rows] packed, or rows of a panel that another tile has written; b: [k, columns·width] packed, or planes that <c>offsets</c>
/// leads through.
/// </remarks>
internal static unsafe class GemmTile<V, T, TRows, TColumns, TWalk>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRows : struct, ICount
    where TColumns : struct, ICount
    where TWalk : struct, IWalk
{
    /// <summary>How far a walk that prefetches gets with each step.</summary>
    public const int AheadBytes = 16;

    /// <summary>
    /// Sums <paramref name="k"/> steps and writes the tile to <paramref name="c"/> and, its second register column, to
    /// <paramref name="d"/>; or adds it there. All else that can happen to a result (factors, bias, edges) is done after, in
    /// <see cref="TileFinish{V, T}"/>: a longer ending here takes registers from the loop.
    /// </summary>
    // Without the attribute the first calls of a process would run this loop unoptimised, a hundred times slower.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(int k, T* a, T* left, T* right, nint* offsets, T* c, T* d, nint rowStride, bool adds)
    {
        var sums = default(TileSums<V, T, TRows, TColumns>);

        // A constant: from the number of one row of A to that of the next.
        int row = TWalk.PanelWidths > 0 ? TWalk.PanelWidths * V.Width : 1;
        for (; k != 0; k--)
        {
            nint at = TWalk.Indexed ? *offsets++ : 0;
            V b0 = V.Load(left + at);
            V b1 = TColumns.Value > 1 ? V.Load(right + at) : b0;
            sums.Add(new PanelRows<V, T>(a, row), b0, b1);
            if (TWalk.Prefetches)
            {
                Prefetch.ToSecondLevel(offsets);
                offsets += AheadBytes / sizeof(nint);
            }

            a += TWalk.PanelWidths > 0 ? 1 : TRows.Value;
            if (!TWalk.Indexed)
            {
                left += (TWalk.StepWidths > 0 ? TWalk.StepWidths : TColumns.Value) * V.Width;
                right += (TWalk.StepWidths > 0 ? TWalk.StepWidths : TColumns.Value) * V.Width;
            }
        }

        sums.Write(c, d, rowStride, adds);
    }
}
