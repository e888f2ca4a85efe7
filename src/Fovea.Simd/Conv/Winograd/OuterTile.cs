using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>
/// Sums of outer products over the tiles of a patch element: half a register of output channels down, input channels across one or two
/// registers. Both operands lie [block of channels][tile][channel], so that a step is a constant apart in either.
/// </summary>
internal static unsafe class OuterTile<V, T, TColumns>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TColumns : struct, ICount
{
    /// <summary>Rows of a tile: 8 of a register of 16, 4 of 8.</summary>
    public static int Rows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Width / 2;
    }

    /// <summary>Sums <paramref name="k"/> tiles and writes the sums, or adds them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int k, T* a, T* left, T* right, T* c, nint rowStride, bool adds)
    {
        V c00 = V.Zero, c01 = V.Zero;
        V c10 = V.Zero, c11 = V.Zero;
        V c20 = V.Zero, c21 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero;
        V c40 = V.Zero, c41 = V.Zero;
        V c50 = V.Zero, c51 = V.Zero;
        V c60 = V.Zero, c61 = V.Zero;
        V c70 = V.Zero, c71 = V.Zero;
        for (; k > 0; k--, a += V.Width, left += V.Width, right += V.Width)
        {
            V b0 = V.Load(left);
            V b1 = TColumns.Value > 1 ? V.Load(right) : b0;
            V x = V.Broadcast(a[0]);
            c00 = V.MultiplyAdd(x, b0, c00);
            c01 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c01) : c01;
            x = V.Broadcast(a[1]);
            c10 = V.MultiplyAdd(x, b0, c10);
            c11 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c11) : c11;
            x = V.Broadcast(a[2]);
            c20 = V.MultiplyAdd(x, b0, c20);
            c21 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c21) : c21;
            x = V.Broadcast(a[3]);
            c30 = V.MultiplyAdd(x, b0, c30);
            c31 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c31) : c31;
            if (V.Width > 8)
            {
                x = V.Broadcast(a[4]);
                c40 = V.MultiplyAdd(x, b0, c40);
                c41 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c41) : c41;
                x = V.Broadcast(a[5]);
                c50 = V.MultiplyAdd(x, b0, c50);
                c51 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c51) : c51;
                x = V.Broadcast(a[6]);
                c60 = V.MultiplyAdd(x, b0, c60);
                c61 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c61) : c61;
                x = V.Broadcast(a[7]);
                c70 = V.MultiplyAdd(x, b0, c70);
                c71 = TColumns.Value > 1 ? V.MultiplyAdd(x, b1, c71) : c71;
            }
        }

        Write(c, c00, c01, adds);
        Write(c + rowStride, c10, c11, adds);
        Write(c + (2 * rowStride), c20, c21, adds);
        Write(c + (3 * rowStride), c30, c31, adds);
        if (V.Width > 8)
        {
            Write(c + (4 * rowStride), c40, c41, adds);
            Write(c + (5 * rowStride), c50, c51, adds);
            Write(c + (6 * rowStride), c60, c61, adds);
            Write(c + (7 * rowStride), c70, c71, adds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(T* c, V left, V right, bool adds)
    {
        if (adds)
        {
            left += V.Load(c);
            right = TColumns.Value > 1 ? right + V.Load(c + V.Width) : right;
        }

        left.Store(c);
        if (TColumns.Value > 1)
        {
            right.Store(c + V.Width);
        }
    }
}
