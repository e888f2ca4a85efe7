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
        get => HalfOf<V, T>.Value;
    }

    /// <summary>Sums <paramref name="k"/> tiles and writes the sums, or adds them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(int k, T* a, T* left, T* right, T* c, nint rowStride, bool adds)
    {
        var sums = default(TileSums<V, T, HalfOf<V, T>, TColumns>);
        for (; k > 0; k--, a += V.Width, left += V.Width, right += V.Width)
        {
            V b0 = V.Load(left);
            V b1 = TColumns.Value > 1 ? V.Load(right) : b0;
            sums.Add(new PanelRows<V, T>(a, 1), b0, b1);
        }

        sums.Write(c, c + V.Width, rowStride, adds);
    }
}

/// <summary>Half the numbers of a register.</summary>
internal readonly struct HalfOf<V, T> : ICount
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Width / 2;
    }
}
