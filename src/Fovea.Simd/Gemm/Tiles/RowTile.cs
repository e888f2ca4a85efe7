using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>
/// As <see cref="GemmTile{V, T, TRows, TColumns, TWalk}"/> with two registers of columns, for an A that is not packed: its rows are read
/// where they lie, side by side, and the sum may go over several runs of steps that lie apart (the images of a batch).
/// </summary>
internal static unsafe class RowTile<V, T, TRows, TWalk>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRows : struct, ICount
    where TWalk : struct, IWalk
{
    /// <summary><c>c[r, j] (+)= Σ a[r, run, k] · b[run, k, j]</c>.</summary>
    /// <param name="runs">Runs of steps.</param>
    /// <param name="k">Steps of a run.</param>
    /// <param name="a">The first row's first number.</param>
    /// <param name="rowStride">Numbers from one row of A to the next.</param>
    /// <param name="runStride">Numbers from one run of a row to the next.</param>
    /// <param name="b">B, packed: [run, k, two registers].</param>
    /// <param name="ahead">What the coming tiles will read, where the walk prefetches.</param>
    /// <param name="c">The result.</param>
    /// <param name="resultStride">Numbers from one row of the result to the next.</param>
    /// <param name="adds">Whether the sums are added to what is there.</param>
    // Four pointers, each to three rows: addresses of a base and a scaled register cost nothing, products would.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int runs, int k, T* a, nint rowStride, nint runStride, T* b, byte* ahead, T* c, nint resultStride, bool adds)
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
        nint two = 2 * rowStride;
        for (; runs > 0; runs--, a += runStride)
        {
            T* p0 = a;
            T* p3 = TRows.Value > 2 ? p0 + two + rowStride : p0;
            T* p6 = TRows.Value > 6 ? p3 + two + rowStride : p0;
            T* p9 = TRows.Value > 8 ? p6 + two + rowStride : p0;
            for (int i = k; i > 0; i--)
            {
                V b0 = V.Load(b);
                V b1 = V.Load(b + V.Width);
                V x = V.Broadcast(p0[0]);
                c00 = V.MultiplyAdd(x, b0, c00);
                c01 = V.MultiplyAdd(x, b1, c01);
                x = V.Broadcast(p0[rowStride]);
                c10 = V.MultiplyAdd(x, b0, c10);
                c11 = V.MultiplyAdd(x, b1, c11);
                if (TRows.Value > 2)
                {
                    x = V.Broadcast(p0[two]);
                    c20 = V.MultiplyAdd(x, b0, c20);
                    c21 = V.MultiplyAdd(x, b1, c21);
                    x = V.Broadcast(p3[0]);
                    c30 = V.MultiplyAdd(x, b0, c30);
                    c31 = V.MultiplyAdd(x, b1, c31);
                }

                if (TRows.Value > 4)
                {
                    x = V.Broadcast(p3[rowStride]);
                    c40 = V.MultiplyAdd(x, b0, c40);
                    c41 = V.MultiplyAdd(x, b1, c41);
                    x = V.Broadcast(p3[two]);
                    c50 = V.MultiplyAdd(x, b0, c50);
                    c51 = V.MultiplyAdd(x, b1, c51);
                }

                if (TRows.Value > 6)
                {
                    x = V.Broadcast(p6[0]);
                    c60 = V.MultiplyAdd(x, b0, c60);
                    c61 = V.MultiplyAdd(x, b1, c61);
                    x = V.Broadcast(p6[rowStride]);
                    c70 = V.MultiplyAdd(x, b0, c70);
                    c71 = V.MultiplyAdd(x, b1, c71);
                }

                if (TRows.Value > 8)
                {
                    x = V.Broadcast(p6[two]);
                    c80 = V.MultiplyAdd(x, b0, c80);
                    c81 = V.MultiplyAdd(x, b1, c81);
                    x = V.Broadcast(p9[0]);
                    c90 = V.MultiplyAdd(x, b0, c90);
                    c91 = V.MultiplyAdd(x, b1, c91);
                }

                if (TRows.Value > 10)
                {
                    x = V.Broadcast(p9[rowStride]);
                    c100 = V.MultiplyAdd(x, b0, c100);
                    c101 = V.MultiplyAdd(x, b1, c101);
                    x = V.Broadcast(p9[two]);
                    c110 = V.MultiplyAdd(x, b0, c110);
                    c111 = V.MultiplyAdd(x, b1, c111);
                }

                if (TWalk.Prefetches)
                {
                    Prefetch.ToSecondLevel(ahead);
                    ahead += GemmTile<V, T, TRows, N2, TWalk>.AheadBytes;
                }

                p0++;
                p3++;
                p6++;
                p9++;
                b += 2 * V.Width;
            }
        }

        Write(c, c00, c01, adds);
        Write(c + resultStride, c10, c11, adds);
        if (TRows.Value > 2)
        {
            Write(c + (2 * resultStride), c20, c21, adds);
            Write(c + (3 * resultStride), c30, c31, adds);
        }

        if (TRows.Value > 4)
        {
            Write(c + (4 * resultStride), c40, c41, adds);
            Write(c + (5 * resultStride), c50, c51, adds);
        }

        if (TRows.Value > 6)
        {
            Write(c + (6 * resultStride), c60, c61, adds);
            Write(c + (7 * resultStride), c70, c71, adds);
        }

        if (TRows.Value > 8)
        {
            Write(c + (8 * resultStride), c80, c81, adds);
            Write(c + (9 * resultStride), c90, c91, adds);
        }

        if (TRows.Value > 10)
        {
            Write(c + (10 * resultStride), c100, c101, adds);
            Write(c + (11 * resultStride), c110, c111, adds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(T* c, V left, V right, bool adds)
    {
        if (adds)
        {
            left += V.Load(c);
            right += V.Load(c + V.Width);
        }

        left.Store(c);
        right.Store(c + V.Width);
    }
}

/// <summary>Chooses the <see cref="RowTile{V, T, TRows, TWalk}"/> of a height.</summary>
internal static unsafe class RowTiles<V, T, TWalk>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TWalk : struct, IWalk
{
    /// <summary>See <see cref="RowTile{V, T, TRows, TWalk}.Run"/>; the height is 2, 4, … 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(int height, int runs, int k, T* a, nint rowStride, nint runStride, T* b, byte* ahead, T* c, nint resultStride, bool adds)
    {
        switch (height)
        {
            case 12:
                RowTile<V, T, N12, TWalk>.Run(runs, k, a, rowStride, runStride, b, ahead, c, resultStride, adds);
                break;
            case 10:
                RowTile<V, T, N10, TWalk>.Run(runs, k, a, rowStride, runStride, b, ahead, c, resultStride, adds);
                break;
            case 8:
                RowTile<V, T, N8, TWalk>.Run(runs, k, a, rowStride, runStride, b, ahead, c, resultStride, adds);
                break;
            case 6:
                RowTile<V, T, N6, TWalk>.Run(runs, k, a, rowStride, runStride, b, ahead, c, resultStride, adds);
                break;
            case 4:
                RowTile<V, T, N4, TWalk>.Run(runs, k, a, rowStride, runStride, b, ahead, c, resultStride, adds);
                break;
            default:
                RowTile<V, T, N2, TWalk>.Run(runs, k, a, rowStride, runStride, b, ahead, c, resultStride, adds);
                break;
        }
    }
}
