using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary>
/// The tanh form of GELU, <c>½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))</c>, computed as <c>x · σ(2√(2/π)·(x + 0.044715·x³))</c>, which
/// is the same number without the cancellation in the left tail.
/// </summary>
/// <remarks>float: relative error at most 2.2e-6 for −5 ≤ x; −∞ gives −0, NaN stays NaN.</remarks>
public readonly struct GeluTanh : IUnary
{
    private const double Slope = 1.5957691216057308;
    private const double Cubic = 0.044715;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.MaxFast(Lanewise.Number<V, T>(-Gelu.Limit), x) * Sigmoid.Of<V, T>(Argument<V, T>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Argument<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        x * V.MultiplyAdd(x * x, Lanewise.Number<V, T>(Slope * Cubic), Lanewise.Number<V, T>(Slope));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V ArgumentSlope<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.MultiplyAdd(x * x, Lanewise.Number<V, T>(3 * Slope * Cubic), Lanewise.Number<V, T>(Slope));
}

/// <summary>
/// <c>dx = (s + x · s · (1 − s) · u′) · dy</c> with u = 2√(2/π)·(x + 0.044715·x³) and s = σ(u); takes the input x of
/// <see cref="GeluTanh"/>.
/// </summary>
public readonly struct GeluTanhBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V one = Lanewise.Number<V, T>(1);
        V limit = Lanewise.Number<V, T>(Gelu.Limit);
        x = V.MinFast(limit, V.MaxFast(-limit, x));
        V gate = Sigmoid.Of<V, T>(GeluTanh.Argument<V, T>(x));
        return dy * (gate * V.MultiplyAdd(x * (one - gate), GeluTanh.ArgumentSlope<V, T>(x), one));
    }
}
