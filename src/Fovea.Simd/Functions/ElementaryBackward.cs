using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>dx = sign(x) · dy</c>, 0 at 0; takes the input x.</summary>
public readonly struct AbsoluteBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.Select(V.Equal(x, V.Zero), V.Zero, dy ^ Lanewise.Sign<V, T>(x));
}

/// <summary><c>dx = 2 · x · dy</c>; takes the input x.</summary>
public readonly struct SquareBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        (x + x) * dy;
}

/// <summary><c>dx = dy / (2 · y)</c>; takes the output y = √x.</summary>
public readonly struct SquareRootBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V y, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        dy / (y + y);
}

/// <summary><c>dx = −½ · y³ · dy</c>; takes the output y = 1/√x.</summary>
public readonly struct ReciprocalSquareRootBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V y, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanewise.Number<V, T>(-0.5) * (y * y) * (y * dy);
}

/// <summary><c>dx = −y² · dy</c>; takes the output y = 1/x.</summary>
public readonly struct ReciprocalBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V y, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        -(y * y) * dy;
}

/// <summary><c>dx = dy</c> where low ≤ x ≤ high and 0 elsewhere; takes the input x.</summary>
/// <param name="low">Least result.</param>
/// <param name="high">Greatest result.</param>
public readonly struct ClampBackward(double low, double high) : IBinary
{
    private readonly Constant _low = new(low);
    private readonly Constant _high = new(high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.GreaterThanOrEqual(x, _low.Of<V, T>()) & V.GreaterThanOrEqual(_high.Of<V, T>(), x) & dy;
}
