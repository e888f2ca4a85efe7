using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>1</c> where x > y, <c>½</c> where they are equal, <c>0</c> elsewhere: whose gradient a maximum's is.</summary>
public readonly struct GreaterShare : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V y)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V half = Lanewise.Number<V, T>(0.5);
        return (V.GreaterThan(x, y) & half) + (V.GreaterThanOrEqual(x, y) & half);
    }
}

/// <summary><c>1</c> where x &lt; y, <c>½</c> where they are equal, <c>0</c> elsewhere: whose gradient a minimum's is.</summary>
public readonly struct LessShare : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x, V y)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => default(GreaterShare).Apply<V, T>(y, x);
}
