using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>x · σ(x)</c> (SiLU, swish).</summary>
/// <remarks>float: at most 3.2 ulp for x ≥ −87, below which σ becomes 0; −∞ gives −0, NaN stays NaN.</remarks>
public readonly struct Silu : IUnary
{
    // σ is exactly 0 or 1 from here on in either precision, so clamping x changes no result but those of the infinities.
    internal const double Limit = 800;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.MaxFast(Lanewise.Number<V, T>(-Limit), x) * Sigmoid.Of<V, T>(x);
}

/// <summary><c>dx = σ(x) · (1 + x · (1 − σ(x))) · dy</c>; takes the input x of <see cref="Silu"/>.</summary>
public readonly struct SiluBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V one = Lanewise.Number<V, T>(1);
        V limit = Lanewise.Number<V, T>(Silu.Limit);
        x = V.MinFast(limit, V.MaxFast(-limit, x));
        V gate = Sigmoid.Of<V, T>(x);
        return dy * (gate * V.MultiplyAdd(x, one - gate, one));
    }
}
