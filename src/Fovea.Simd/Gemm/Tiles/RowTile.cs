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
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(int runs, int k, T* a, nint rowStride, nint runStride, T* b, byte* ahead, T* c, nint resultStride, bool adds)
    {
        var sums = default(TileSums<V, T, TRows, N2>);
        nint two = 2 * rowStride;
        for (; runs > 0; runs--, a += runStride)
        {
            T* p0 = a;
            T* p3 = TRows.Value > 2 ? p0 + two + rowStride : p0;
            T* p6 = TRows.Value > 6 ? p3 + two + rowStride : p0;
            T* p9 = TRows.Value > 8 ? p6 + two + rowStride : p0;
            for (int i = k; i != 0; i--)
            {
                sums.Add(new ThreeByThree(p0, p3, p6, p9, rowStride, two), V.Load(b), V.Load(b + V.Width));
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

        sums.Write(c, c + V.Width, resultStride, adds);
    }

    // Four pointers, each to three rows: addresses of a base and a scaled register cost nothing, products would.
    private readonly struct ThreeByThree(T* p0, T* p3, T* p6, T* p9, nint one, nint two) : ITileRows<V>
    {
        public V this[int row]
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get
            {
                T* at = row < 3 ? p0 : row < 6 ? p3 : row < 9 ? p6 : p9;
                return V.Broadcast(row % 3 == 0 ? at[0] : row % 3 == 1 ? at[one] : at[two]);
            }
        }
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
