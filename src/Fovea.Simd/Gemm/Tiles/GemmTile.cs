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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int k, T* a, T* left, T* right, nint* offsets, T* c, T* d, nint rowStride, bool adds)
    {
        V c00 = V.Zero, c01 = V.Zero;
        V c10 = V.Zero, c11 = V.Zero;
        V c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero;
        V c40 = V.Zero, c41 = V.Zero;
        V c50 = V.Zero, c51 = V.Zero;
        V c60 = V.Zero, c61 = V.Zero;
        V c70 = V.Zero, c71 = V.Zero;
        V c80 = V.Zero, c81 = V.Zero;
        V c90 = V.Zero, c91 = V.Zero;
        V c100 = V.Zero, c101 = V.Zero;
        V c110 = V.Zero, c111 = V.Zero;

        // A constant: from the number of one row of A to that of the next.
        int row = TWalk.PanelWidths > 0 ? TWalk.PanelWidths * V.Width : 1;
        for (; k > 0; k--)
        {
            nint at = TWalk.Indexed ? *offsets++ : 0;
            V b0 = V.Load(left + at);
            V b1 = TColumns.Value > 1 ? V.Load(right + at) : b0;
            V x = V.Broadcast(a[0]);
            c00 = V.MultiplyAdd(x, b0, c00);
            c01 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c01) : c01;
            x = V.Broadcast(a[row]);
            c10 = V.MultiplyAdd(x, b0, c10);
            c11 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c11) : c11;
            if (TRows.Value > 2)
            {
                x = V.Broadcast(a[2 * row]);
                c20 = V.MultiplyAdd(x, b0, c20);
                c21 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c21) : c21;
                x = V.Broadcast(a[3 * row]);
                c30 = V.MultiplyAdd(x, b0, c30);
                c31 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c31) : c31;
            }

            if (TRows.Value > 4)
            {
                x = V.Broadcast(a[4 * row]);
                c40 = V.MultiplyAdd(x, b0, c40);
                c41 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c41) : c41;
                x = V.Broadcast(a[5 * row]);
                c50 = V.MultiplyAdd(x, b0, c50);
                c51 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c51) : c51;
            }

            if (TRows.Value > 6)
            {
                x = V.Broadcast(a[6 * row]);
                c60 = V.MultiplyAdd(x, b0, c60);
                c61 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c61) : c61;
                x = V.Broadcast(a[7 * row]);
                c70 = V.MultiplyAdd(x, b0, c70);
                c71 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c71) : c71;
            }

            if (TRows.Value > 8)
            {
                x = V.Broadcast(a[8 * row]);
                c80 = V.MultiplyAdd(x, b0, c80);
                c81 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c81) : c81;
                x = V.Broadcast(a[9 * row]);
                c90 = V.MultiplyAdd(x, b0, c90);
                c91 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c91) : c91;
            }

            if (TRows.Value > 10)
            {
                x = V.Broadcast(a[10 * row]);
                c100 = V.MultiplyAdd(x, b0, c100);
                c101 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c101) : c101;
                x = V.Broadcast(a[11 * row]);
                c110 = V.MultiplyAdd(x, b0, c110);
                c111 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c111) : c111;
            }

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

        Write(c, d, c00, c01, adds);
        Write(c + rowStride, d + rowStride, c10, c11, adds);

        if (TRows.Value > 2)
        {
            Write(c + 2 * rowStride, d + 2 * rowStride, c20, c21, adds);
            Write(c + 3 * rowStride, d + 3 * rowStride, c30, c31, adds);
        }

        if (TRows.Value > 4)
        {
            Write(c + 4 * rowStride, d + 4 * rowStride, c40, c41, adds);
            Write(c + 5 * rowStride, d + 5 * rowStride, c50, c51, adds);
        }

        if (TRows.Value > 6)
        {
            Write(c + 6 * rowStride, d + 6 * rowStride, c60, c61, adds);
            Write(c + 7 * rowStride, d + 7 * rowStride, c70, c71, adds);
        }

        if (TRows.Value > 8)
        {
            Write(c + 8 * rowStride, d + 8 * rowStride, c80, c81, adds);
            Write(c + 9 * rowStride, d + 9 * rowStride, c90, c91, adds);
        }

        if (TRows.Value > 10)
        {
            Write(c + 10 * rowStride, d + 10 * rowStride, c100, c101, adds);
            Write(c + 11 * rowStride, d + 11 * rowStride, c110, c111, adds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(T* c, T* d, V left, V right, bool adds)
    {
        if (adds)
        {
            left += V.Load(c);
            right = TColumns.Value > 1 ? right + V.Load(d) : right;
        }

        left.Store(c);
        if (TColumns.Value > 1)
        {
            right.Store(d);
        }
    }
}
