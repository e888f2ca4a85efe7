using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary>The nearest whole number, ties to even.</summary>
public readonly struct NearestWhole : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.Round(x);
}

/// <summary>The largest whole number that is not above: <c>⌊x⌋</c>.</summary>
public readonly struct WholeBelow : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V nearest = V.Round(x);
        return V.Select(V.GreaterThan(nearest, x), nearest - Lanewise.Number<V, T>(1), nearest);
    }
}

/// <summary>The smallest whole number that is not below: <c>⌈x⌉</c>.</summary>
public readonly struct WholeAbove : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V nearest = V.Round(x);
        return V.Select(V.GreaterThan(x, nearest), nearest + Lanewise.Number<V, T>(1), nearest);
    }
}
