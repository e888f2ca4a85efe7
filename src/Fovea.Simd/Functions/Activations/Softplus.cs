using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>ln(1 + e^(βx)) / β</c>, computed as <c>max(x, 0) + ln(1 + e^−|βx|) / β</c>, which never overflows.</summary>
/// <remarks>float: at most 1.75 ulp for β = 1, and 0 where the result would be denormal; 0 at −∞, ∞ at ∞, NaN stays NaN.</remarks>
/// <param name="beta">Sharpness β &gt; 0; PyTorch's default is 1.</param>
public readonly struct Softplus(double beta) : IUnary
{
    private readonly Constant _beta = new(beta);
    private readonly Constant _inverse = new(1 / beta);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V e = Exp.Normal<V, T>(-V.Abs(x * _beta.Of<V, T>()));
        return V.MultiplyAdd(Log.OfOnePlus<V, T>(e), _inverse.Of<V, T>(), V.MaxFast(V.Zero, x));
    }
}

/// <summary><c>dx = σ(βx) · dy</c>; takes the input x of <see cref="Softplus"/>.</summary>
/// <param name="beta">Sharpness β &gt; 0.</param>
public readonly struct SoftplusBackward(double beta) : IBinary
{
    private readonly Constant _beta = new(beta);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => dy * Sigmoid.Of<V, T>(x * _beta.Of<V, T>());
}
