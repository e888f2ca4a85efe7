using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>F(2×2, 3×3): 16 multiplications in place of 36. Points 0, 1, −1, ∞; no factor but ½ occurs.</summary>
/// <remarks>
/// Bᵀ = [1 0 −1 0; 0 1 1 0; 0 −1 1 0; 0 1 0 −1], G = [1 0 0; ½ ½ ½; ½ −½ ½; 0 0 1], Aᵀ = [1 1 1 0; 0 1 −1 −1].
/// </remarks>
internal readonly unsafe struct TwoByTwo<V, T> : ITileTransform<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Outputs => 2;

    public static int Patch => 16;

    public static int Reach => 2;

    public static int Work => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(T* d, nint row, nint column, T* to, nint stride, T* work)
    {
        InputRow(d, column, out V a0, out V a1, out V a2, out V a3);
        InputRow(d + row, column, out V b0, out V b1, out V b2, out V b3);
        InputRow(d + (2 * row), column, out V c0, out V c1, out V c2, out V c3);
        InputRow(d + (3 * row), column, out V e0, out V e1, out V e2, out V e3);
        InputColumn(a0, b0, c0, e0, to, stride);
        InputColumn(a1, b1, c1, e1, to + stride, stride);
        InputColumn(a2, b2, c2, e2, to + (2 * stride), stride);
        InputColumn(a3, b3, c3, e3, to + (3 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(T* m, nint stride, T* to, nint row, nint column, T* work)
    {
        OutputRow(m, stride, out V a0, out V a1);
        OutputRow(m + (4 * stride), stride, out V b0, out V b1);
        OutputRow(m + (8 * stride), stride, out V c0, out V c1);
        OutputRow(m + (12 * stride), stride, out V e0, out V e1);
        (a0 + b0 + c0).Store(to);
        (a1 + b1 + c1).Store(to + column);
        (b0 - c0 - e0).Store(to + row);
        (b1 - c1 - e1).Store(to + row + column);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(T* g, int* order, T* to, nint stride, T* work)
    {
        V half = V.Broadcast(T.CreateTruncating(0.5));
        for (int column = 0; column < 3; column++)
        {
            // Gg first, four rows of three; it goes through the target, whose rows are then multiplied by Gᵀ in place.
            V a = V.Load(g + (order[column] * V.Width));
            V b = V.Load(g + (order[3 + column] * V.Width)) * half;
            V c = V.Load(g + (order[6 + column] * V.Width));
            V outer = (a + c) * half;
            T* at = to + (column * stride);
            a.Store(at);
            (outer + b).Store(at + (4 * stride));
            (outer - b).Store(at + (8 * stride));
            c.Store(at + (12 * stride));
        }

        for (int row = 0; row < 4; row++, to += 4 * stride)
        {
            V a = V.Load(to);
            V b = V.Load(to + stride) * half;
            V c = V.Load(to + (2 * stride));
            V outer = (a + c) * half;
            (outer + b).Store(to + stride);
            (outer - b).Store(to + (2 * stride));
            c.Store(to + (3 * stride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputRow(T* d, nint column, out V t0, out V t1, out V t2, out V t3)
    {
        V d0 = V.Load(d);
        V d1 = V.Load(d + column);
        V d2 = V.Load(d + (2 * column));
        V d3 = V.Load(d + (3 * column));
        t0 = d0 - d2;
        t1 = d1 + d2;
        t2 = d2 - d1;
        t3 = d1 - d3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputColumn(V d0, V d1, V d2, V d3, T* to, nint stride)
    {
        (d0 - d2).Store(to);
        (d1 + d2).Store(to + (4 * stride));
        (d2 - d1).Store(to + (8 * stride));
        (d1 - d3).Store(to + (12 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputRow(T* m, nint stride, out V s0, out V s1)
    {
        V m1 = V.Load(m + stride);
        V m2 = V.Load(m + (2 * stride));
        s0 = V.Load(m) + m1 + m2;
        s1 = m1 - m2 - V.Load(m + (3 * stride));
    }
}
