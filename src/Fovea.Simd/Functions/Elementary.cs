using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>x</c>: a copy.</summary>
public readonly struct Identity : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        x;
}

/// <summary><c>−x</c>.</summary>
public readonly struct Negate : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        -x;
}

/// <summary><c>|x|</c>.</summary>
public readonly struct Absolute : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.Abs(x);
}

/// <summary><c>x²</c>.</summary>
public readonly struct Square : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        x * x;
}

/// <summary><c>√x</c>, correctly rounded; NaN below zero.</summary>
public readonly struct SquareRoot : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.Sqrt(x);
}

/// <summary><c>1 / √x</c>, two correctly rounded steps (about 1 ulp); infinite at 0, NaN below.</summary>
public readonly struct ReciprocalSquareRoot : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanewise.Number<V, T>(1) / V.Sqrt(x);
}

/// <summary><c>1 / x</c>, correctly rounded.</summary>
public readonly struct Reciprocal : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanewise.Number<V, T>(1) / x;
}

/// <summary><c>factor · x</c>.</summary>
/// <param name="factor">The multiplier.</param>
public readonly struct Scale(double factor) : IUnary
{
    private readonly Constant _factor = new(factor);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        x * _factor.Of<V, T>();
}

/// <summary><c>x + amount</c>.</summary>
/// <param name="amount">The number to add.</param>
public readonly struct Shift(double amount) : IUnary
{
    private readonly Constant _amount = new(amount);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        x + _amount.Of<V, T>();
}

/// <summary><c>scale · x + shift</c>.</summary>
/// <param name="scale">The multiplier.</param>
/// <param name="shift">The number to add.</param>
public readonly struct Affine(double scale, double shift) : IUnary
{
    private readonly Constant _scale = new(scale);
    private readonly Constant _shift = new(shift);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.MultiplyAdd(x, _scale.Of<V, T>(), _shift.Of<V, T>());
}

/// <summary><c>min(max(x, low), high)</c>; NaN stays NaN.</summary>
/// <param name="low">Least result.</param>
/// <param name="high">Greatest result, at least low.</param>
public readonly struct Clamp(double low, double high) : IUnary
{
    private readonly Constant _low = new(low);
    private readonly Constant _high = new(high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.MinFast(_high.Of<V, T>(), V.MaxFast(_low.Of<V, T>(), x));
}

/// <summary><c>−1, 0 or 1</c> by the sign of x; NaN stays NaN.</summary>
public readonly struct Sign : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.Select(V.GreaterThan(V.Abs(x), V.Zero), Lanewise.Sign<V, T>(x) | Lanewise.Number<V, T>(1), x);
}
