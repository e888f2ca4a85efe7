using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>max(x, 0)</c>; NaN stays NaN, as in PyTorch.</summary>
public readonly struct Relu : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.MaxFast(V.Zero, x);
}

/// <summary><c>dx = dy</c> where y > 0 and 0 elsewhere; takes the output y (or the input: the result is the same).</summary>
public readonly struct ReluBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V y, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.GreaterThan(y, V.Zero) & dy;
}

/// <summary><c>max(x + y, 0)</c>: a residual sum and its activation in one pass.</summary>
public readonly struct AddRelu : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V y)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.MaxFast(V.Zero, x + y);
}

/// <summary><c>dx = dy + more</c> where y > 0 and 0 elsewhere: <see cref="ReluBackward"/> for a gradient in two parts.</summary>
public readonly struct AddReluBackward : ITernary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V y, V dy, V more)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.GreaterThan(y, V.Zero) & (dy + more);
}

/// <summary><c>x</c> where x > 0, <c>slope · x</c> elsewhere.</summary>
/// <param name="slope">Slope below zero; PyTorch's default is 0.01.</param>
public readonly struct LeakyRelu(double slope) : IUnary
{
    private readonly Constant _slope = new(slope);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.Select(V.GreaterThan(x, V.Zero), x, x * _slope.Of<V, T>());
}

/// <summary><c>dx = dy</c> where x > 0, <c>slope · dy</c> elsewhere; takes the input x.</summary>
/// <param name="slope">Slope below zero.</param>
public readonly struct LeakyReluBackward(double slope) : IBinary
{
    private readonly Constant _slope = new(slope);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.Select(V.GreaterThan(x, V.Zero), dy, dy * _slope.Of<V, T>());
}
