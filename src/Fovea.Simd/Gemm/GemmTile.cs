using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Gemm;

/// <summary>
/// The innermost kernel: a tile of C, up to 12 rows by two registers, held in registers over the whole sum. Each step loads two
/// registers of B and broadcasts one number of A per row: 12 × 2 accumulators and their three operands fill 27 of the 32 registers
/// of AVX-512, 6 × 2 fill 15 of the 16 of AVX2.
/// </summary>
/// <remarks>a: [k, rows] packed; b: [k, 2·width] packed; c: [rows, 2·width] with a row stride.</remarks>
internal static unsafe class GemmTile<V, T, TRows>
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRows : struct, ITileRows
{
    /// <summary><c>c = alpha · a b + beta · c</c>; with beta = 0 the old content of c is never read.</summary>
    public static void Run(int k, T* a, T* b, T* c, nint rowStride, T alpha, T beta)
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

        for (; k > 0; k--)
        {
            V b0 = V.Load(b);
            V b1 = V.Load(b + V.Width);
            V x = V.Broadcast(a[0]);
            c00 = V.MultiplyAdd(x, b0, c00);
            c01 = V.MultiplyAdd(x, b1, c01);
            x = V.Broadcast(a[1]);
            c10 = V.MultiplyAdd(x, b0, c10);
            c11 = V.MultiplyAdd(x, b1, c11);
            if (TRows.Count > 2)
            {
                x = V.Broadcast(a[2]);
                c20 = V.MultiplyAdd(x, b0, c20);
                c21 = V.MultiplyAdd(x, b1, c21);
                x = V.Broadcast(a[3]);
                c30 = V.MultiplyAdd(x, b0, c30);
                c31 = V.MultiplyAdd(x, b1, c31);
            }

            if (TRows.Count > 4)
            {
                x = V.Broadcast(a[4]);
                c40 = V.MultiplyAdd(x, b0, c40);
                c41 = V.MultiplyAdd(x, b1, c41);
                x = V.Broadcast(a[5]);
                c50 = V.MultiplyAdd(x, b0, c50);
                c51 = V.MultiplyAdd(x, b1, c51);
            }

            if (TRows.Count > 6)
            {
                x = V.Broadcast(a[6]);
                c60 = V.MultiplyAdd(x, b0, c60);
                c61 = V.MultiplyAdd(x, b1, c61);
                x = V.Broadcast(a[7]);
                c70 = V.MultiplyAdd(x, b0, c70);
                c71 = V.MultiplyAdd(x, b1, c71);
            }

            if (TRows.Count > 8)
            {
                x = V.Broadcast(a[8]);
                c80 = V.MultiplyAdd(x, b0, c80);
                c81 = V.MultiplyAdd(x, b1, c81);
                x = V.Broadcast(a[9]);
                c90 = V.MultiplyAdd(x, b0, c90);
                c91 = V.MultiplyAdd(x, b1, c91);
            }

            if (TRows.Count > 10)
            {
                x = V.Broadcast(a[10]);
                c100 = V.MultiplyAdd(x, b0, c100);
                c101 = V.MultiplyAdd(x, b1, c101);
                x = V.Broadcast(a[11]);
                c110 = V.MultiplyAdd(x, b0, c110);
                c111 = V.MultiplyAdd(x, b1, c111);
            }

            a += TRows.Count;
            b += 2 * V.Width;
        }

        V scale = V.Broadcast(alpha);
        V keep = V.Broadcast(beta);
        bool reads = beta != T.Zero;
        Store(c, c00, c01, scale, keep, reads);
        Store(c + rowStride, c10, c11, scale, keep, reads);

        if (TRows.Count > 2)
        {
            Store(c + 2 * rowStride, c20, c21, scale, keep, reads);
            Store(c + 3 * rowStride, c30, c31, scale, keep, reads);
        }

        if (TRows.Count > 4)
        {
            Store(c + 4 * rowStride, c40, c41, scale, keep, reads);
            Store(c + 5 * rowStride, c50, c51, scale, keep, reads);
        }

        if (TRows.Count > 6)
        {
            Store(c + 6 * rowStride, c60, c61, scale, keep, reads);
            Store(c + 7 * rowStride, c70, c71, scale, keep, reads);
        }

        if (TRows.Count > 8)
        {
            Store(c + 8 * rowStride, c80, c81, scale, keep, reads);
            Store(c + 9 * rowStride, c90, c91, scale, keep, reads);
        }

        if (TRows.Count > 10)
        {
            Store(c + 10 * rowStride, c100, c101, scale, keep, reads);
            Store(c + 11 * rowStride, c110, c111, scale, keep, reads);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* to, V left, V right, V scale, V keep, bool reads)
    {
        left *= scale;
        right *= scale;
        if (reads)
        {
            left = V.MultiplyAdd(V.Load(to), keep, left);
            right = V.MultiplyAdd(V.Load(to + V.Width), keep, right);
        }

        left.Store(to);
        right.Store(to + V.Width);
    }
}
