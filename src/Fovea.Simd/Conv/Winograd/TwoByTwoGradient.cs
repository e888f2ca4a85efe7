using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>The transpose of the output transform of F(2×2, 3×3), <c>A y Aᵀ</c>: from 2 × 2 gradients of outputs to a patch.</summary>
internal readonly unsafe struct TwoByTwoGradient<V, T> : IPatchTransform<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Outputs => 2;

    public static int Patch => 16;

    public static int Reach => 0;

    public static int Work => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(T* d, nint row, nint column, T* to, nint stride, T* work)
    {
        V a = V.Load(d);
        V b = V.Load(d + column);
        V c = V.Load(d + row);
        V e = V.Load(d + row + column);
        Line(a, b, to, stride);
        Line(a + c, b + e, to + (4 * stride), stride);
        Line(a - c, b - e, to + (8 * stride), stride);
        Line(-c, -e, to + (12 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line(V a, V b, T* to, nint stride)
    {
        a.Store(to);
        (a + b).Store(to + stride);
        (a - b).Store(to + (2 * stride));
        (-b).Store(to + (3 * stride));
    }
}
