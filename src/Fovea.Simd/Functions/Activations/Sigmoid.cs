using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>σ(x) = 1 / (1 + e^−x)</c>.</summary>
/// <remarks>float: at most 2.4 ulp, 0 below −87.3365, where the result would be denormal; σ(−∞) = 0, σ(∞) = 1, NaN stays NaN.</remarks>
public readonly struct Sigmoid : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Of<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Of<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // With e = e^−|x| ≤ 1 nothing overflows and small results keep their relative accuracy.
        V one = Lanewise.Number<V, T>(1);
        V e = Exp.Normal<V, T>(-V.Abs(x));
        return V.Select(V.GreaterThanOrEqual(x, V.Zero), one, e) / (one + e);
    }
}

/// <summary><c>dx = y · (1 − y) · dy</c>; takes the output y of <see cref="Sigmoid"/>.</summary>
public readonly struct SigmoidBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V y, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => dy * (y * (Lanewise.Number<V, T>(1) - y));
}
