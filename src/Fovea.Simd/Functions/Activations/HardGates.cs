using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>min(max(x + 3, 0), 6) / 6</c>: the piecewise linear gate of MobileNetV3.</summary>
/// <remarks>Within 1 ulp of the division by 6; NaN stays NaN.</remarks>
public readonly struct HardSigmoid : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.MinFast(Lanewise.Number<V, T>(6), V.MaxFast(V.Zero, x + Lanewise.Number<V, T>(3))) * Lanewise.Number<V, T>(1.0 / 6);
}

/// <summary><c>dx = dy / 6</c> where −3 &lt; x &lt; 3 and 0 elsewhere; takes the input x.</summary>
public readonly struct HardSigmoidBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.GreaterThan(Lanewise.Number<V, T>(3), V.Abs(x)) & (dy * Lanewise.Number<V, T>(1.0 / 6));
}

/// <summary><c>x · min(max(x + 3, 0), 6) / 6</c> (MobileNetV3).</summary>
/// <remarks>−∞ gives −0; NaN stays NaN.</remarks>
public readonly struct HardSwish : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.MaxFast(Lanewise.Number<V, T>(-3), x)
        * (V.MinFast(Lanewise.Number<V, T>(6), V.MaxFast(V.Zero, x + Lanewise.Number<V, T>(3))) * Lanewise.Number<V, T>(1.0 / 6));
}

/// <summary><c>dx = 0</c> for x ≤ −3, <c>dy</c> for x ≥ 3, <c>(x/3 + ½) · dy</c> between; takes the input x.</summary>
public readonly struct HardSwishBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V three = Lanewise.Number<V, T>(3);
        V slope = V.MultiplyAdd(x, Lanewise.Number<V, T>(1.0 / 3), Lanewise.Number<V, T>(0.5));
        slope = V.Select(V.GreaterThanOrEqual(x, three), Lanewise.Number<V, T>(1), slope);
        return V.Select(V.GreaterThanOrEqual(-three, x), V.Zero, slope * dy);
    }
}
