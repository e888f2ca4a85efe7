using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>
/// The innermost kernel of the weights' gradient: dot products over positions of up to 4 output channels with 6 steps (channel, tap)
/// at once. Both operands lie along positions, so nothing is transposed: 24 accumulators, 4 gradients and one input fill 29 registers
/// of AVX-512; 2 × 6 fill 15 of AVX2.
/// </summary>
internal static unsafe class WeightTile<V, T, TRows>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRows : struct, ICount
{
    /// <summary>Steps per tile.</summary>
    public const int Steps = 6;

    /// <summary>The dot products over the registers that <paramref name="places"/> lists, lanes not yet added up.</summary>
    /// <param name="count">How many registers.</param>
    /// <param name="places">Where each lies: In in the stage, Out in the gradient.</param>
    /// <param name="x">The staged input.</param>
    /// <param name="steps">Offsets of the six steps in the stage.</param>
    /// <param name="dy">The gradient of the tile's first output channel.</param>
    /// <param name="rowStride">Numbers from one output channel to the next.</param>
    /// <param name="sums">Target, [rows, 6, width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(int count, VectorPlace* places, T* x, nint* steps, T* dy, nint rowStride, T* sums)
    {
        V c00 = V.Zero, c01 = V.Zero, c02 = V.Zero, c03 = V.Zero, c04 = V.Zero, c05 = V.Zero;
        V c10 = V.Zero, c11 = V.Zero, c12 = V.Zero, c13 = V.Zero, c14 = V.Zero, c15 = V.Zero;
        V c20 = V.Zero, c21 = V.Zero, c22 = V.Zero, c23 = V.Zero, c24 = V.Zero, c25 = V.Zero;
        V c30 = V.Zero, c31 = V.Zero, c32 = V.Zero, c33 = V.Zero, c34 = V.Zero, c35 = V.Zero;
        T* x0 = x + steps[0], x1 = x + steps[1], x2 = x + steps[2], x3 = x + steps[3], x4 = x + steps[4], x5 = x + steps[5];
        for (VectorPlace* end = places + count; places < end; places++)
        {
            nint at = places->In;
            T* y = dy + places->Out;
            V y0 = V.Load(y);
            V y1 = TRows.Value > 1 ? V.Load(y + rowStride) : y0;
            V y2 = TRows.Value > 2 ? V.Load(y + 2 * rowStride) : y0;
            V y3 = TRows.Value > 2 ? V.Load(y + 3 * rowStride) : y0;

            V v = V.Load(x0 + at);
            c00 = V.MultiplyAdd(v, y0, c00);
            c10 = TRows.Value > 1 ? V.MultiplyAdd(v, y1, c10) : c10;
            c20 = TRows.Value > 2 ? V.MultiplyAdd(v, y2, c20) : c20;
            c30 = TRows.Value > 2 ? V.MultiplyAdd(v, y3, c30) : c30;

            v = V.Load(x1 + at);
            c01 = V.MultiplyAdd(v, y0, c01);
            c11 = TRows.Value > 1 ? V.MultiplyAdd(v, y1, c11) : c11;
            c21 = TRows.Value > 2 ? V.MultiplyAdd(v, y2, c21) : c21;
            c31 = TRows.Value > 2 ? V.MultiplyAdd(v, y3, c31) : c31;

            v = V.Load(x2 + at);
            c02 = V.MultiplyAdd(v, y0, c02);
            c12 = TRows.Value > 1 ? V.MultiplyAdd(v, y1, c12) : c12;
            c22 = TRows.Value > 2 ? V.MultiplyAdd(v, y2, c22) : c22;
            c32 = TRows.Value > 2 ? V.MultiplyAdd(v, y3, c32) : c32;

            v = V.Load(x3 + at);
            c03 = V.MultiplyAdd(v, y0, c03);
            c13 = TRows.Value > 1 ? V.MultiplyAdd(v, y1, c13) : c13;
            c23 = TRows.Value > 2 ? V.MultiplyAdd(v, y2, c23) : c23;
            c33 = TRows.Value > 2 ? V.MultiplyAdd(v, y3, c33) : c33;

            v = V.Load(x4 + at);
            c04 = V.MultiplyAdd(v, y0, c04);
            c14 = TRows.Value > 1 ? V.MultiplyAdd(v, y1, c14) : c14;
            c24 = TRows.Value > 2 ? V.MultiplyAdd(v, y2, c24) : c24;
            c34 = TRows.Value > 2 ? V.MultiplyAdd(v, y3, c34) : c34;

            v = V.Load(x5 + at);
            c05 = V.MultiplyAdd(v, y0, c05);
            c15 = TRows.Value > 1 ? V.MultiplyAdd(v, y1, c15) : c15;
            c25 = TRows.Value > 2 ? V.MultiplyAdd(v, y2, c25) : c25;
            c35 = TRows.Value > 2 ? V.MultiplyAdd(v, y3, c35) : c35;
        }

        Write(sums, c00, c01, c02, c03, c04, c05);

        if (TRows.Value > 1)
        {
            Write(sums + 6 * V.Width, c10, c11, c12, c13, c14, c15);
        }

        if (TRows.Value > 2)
        {
            Write(sums + 12 * V.Width, c20, c21, c22, c23, c24, c25);
            Write(sums + 18 * V.Width, c30, c31, c32, c33, c34, c35);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(T* sums, V a, V b, V c, V d, V e, V f)
    {
        a.Store(sums);
        b.Store(sums + V.Width);
        c.Store(sums + 2 * V.Width);
        d.Store(sums + 3 * V.Width);
        e.Store(sums + 4 * V.Width);
        f.Store(sums + 5 * V.Width);
    }
}
