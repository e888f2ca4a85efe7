using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>F(4×4, 3×3): 36 multiplications in place of 144. Points 0, ±a, ±b, ∞ with a = √½ and b = √2.</summary>
/// <remarks>
/// With ab = 1 no entry of the matrices is far from 1, which keeps the error at about a third of that of the usual points 0, ±1, ±2, ∞:
/// Bᵀ = [1 0 −5/2 0 1 0; 0 ∓2a −2 ±a 1 0; 0 ∓b/2 −½ ±b 1 0; 0 1 0 −5/2 0 1],
/// G = [1 0 0; −⅔ ∓⅔a −⅓; ⅙ ±b/6 ⅓; 0 0 1], Aᵀ = [1 1 1 1 1 0; 0 a −a b −b 0; 0 ½ ½ 2 2 0; 0 a/2 −a/2 2b −2b 1].
/// </remarks>
internal readonly unsafe struct FourByFour<V, T> : ITileTransform<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double A = 0.70710678118654752440;
    private const double B = 1.41421356237309504880;

    public static int Outputs => 4;

    public static int Patch => 36;

    public static int Reach => 2;

    public static int Work => 36;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(T* d, nint row, nint column, T* to, nint stride, T* work)
    {
        for (int i = 0; i < 6; i++)
        {
            InputLine(d + (i * row), column, work + (i * 6 * V.Width), V.Width);
        }

        for (int j = 0; j < 6; j++)
        {
            InputLine(work + (j * V.Width), 6 * V.Width, to + (j * stride), 6 * stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(T* m, nint stride, T* to, nint row, nint column, T* work)
    {
        for (int j = 0; j < 6; j++)
        {
            OutputLine(m + (j * stride), 6 * stride, work + (j * V.Width), 6 * V.Width);
        }

        for (int i = 0; i < 4; i++)
        {
            OutputLine(work + (i * 6 * V.Width), V.Width, to + (i * row), column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(T* g, int* order, T* to, nint stride, T* work)
    {
        for (int j = 0; j < 3; j++)
        {
            WeightLine(
                V.Load(g + (order[j] * V.Width)), V.Load(g + (order[3 + j] * V.Width)), V.Load(g + (order[6 + j] * V.Width)), work + (j * V.Width), 3 * V.Width);
        }

        for (int i = 0; i < 6; i++)
        {
            T* row = work + (3 * i * V.Width);
            WeightLine(V.Load(row), V.Load(row + V.Width), V.Load(row + (2 * V.Width)), to + (6 * i * stride), stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputLine(T* d, nint step, T* to, nint stride)
    {
        V a = Number(A);
        V b = Number(B);
        V d1 = V.Load(d + step);
        V d2 = V.Load(d + (2 * step));
        V d3 = V.Load(d + (3 * step));
        V d4 = V.Load(d + (4 * step));
        V.MultiplyAdd(Number(-2.5), d2, V.Load(d) + d4).Store(to);
        V even = V.MultiplyAdd(Number(-2), d2, d4);
        V odd = a * V.MultiplyAdd(Number(-2), d1, d3);
        (even + odd).Store(to + stride);
        (even - odd).Store(to + (2 * stride));
        even = V.MultiplyAdd(Number(-0.5), d2, d4);
        odd = b * V.MultiplyAdd(Number(-0.5), d1, d3);
        (even + odd).Store(to + (3 * stride));
        (even - odd).Store(to + (4 * stride));
        V.MultiplyAdd(Number(-2.5), d3, d1 + V.Load(d + (5 * step))).Store(to + (5 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputLine(T* m, nint step, T* to, nint stride)
    {
        V m1 = V.Load(m + step);
        V m2 = V.Load(m + (2 * step));
        V m3 = V.Load(m + (3 * step));
        V m4 = V.Load(m + (4 * step));
        V inner = m1 + m2;
        V outer = m3 + m4;
        V innerOdd = (m1 - m2) * Number(A);
        V outerOdd = (m3 - m4) * Number(B);
        (V.Load(m) + inner + outer).Store(to);
        (innerOdd + outerOdd).Store(to + stride);
        V.MultiplyAdd(Number(0.5), inner, outer + outer).Store(to + (2 * stride));
        V.MultiplyAdd(Number(0.5), innerOdd, V.MultiplyAdd(Number(2), outerOdd, V.Load(m + (5 * step)))).Store(to + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightLine(V g0, V g1, V g2, T* to, nint stride)
    {
        g0.Store(to);
        V even = V.MultiplyAdd(Number(-2.0 / 3), g0, g2 * Number(-1.0 / 3));
        V odd = g1 * Number(-2.0 / 3 * A);
        (even + odd).Store(to + stride);
        (even - odd).Store(to + (2 * stride));
        even = V.MultiplyAdd(Number(1.0 / 6), g0, g2 * Number(1.0 / 3));
        odd = g1 * Number(B / 6);
        (even + odd).Store(to + (3 * stride));
        (even - odd).Store(to + (4 * stride));
        g2.Store(to + (5 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Number(double value) => V.Broadcast(T.CreateTruncating(value));
}
