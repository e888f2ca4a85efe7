using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>x / divisor</c>, rounded once (a multiplication by the reciprocal would round twice).</summary>
/// <param name="divisor">The divisor.</param>
public readonly struct DivideBy(double divisor) : IUnary
{
    private readonly Constant _divisor = new(divisor);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        x / _divisor.Of<V, T>();
}

/// <summary><c>dividend / x</c>.</summary>
/// <param name="dividend">The dividend.</param>
public readonly struct DivideInto(double dividend) : IUnary
{
    private readonly Constant _dividend = new(dividend);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        _dividend.Of<V, T>() / x;
}

/// <summary><c>dx = −dividend · dy / x²</c>; takes the input x of <see cref="DivideInto"/>.</summary>
/// <param name="dividend">The dividend.</param>
public readonly struct DivideIntoBackward(double dividend) : IBinary
{
    private readonly Constant _dividend = new(dividend);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        (-_dividend.Of<V, T>()) * dy / (x * x);
}
