using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>min(max(x, 0), 6)</c>; NaN stays NaN.</summary>
public readonly struct Relu6 : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.MinFast(Lanewise.Number<V, T>(6), V.MaxFast(V.Zero, x));
}

/// <summary><c>dx = dy</c> where 0 &lt; y &lt; 6 and 0 elsewhere; takes the output y (or the input: the result is the same).</summary>
public readonly struct Relu6Backward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V y, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.GreaterThan(y, V.Zero) & V.GreaterThan(Lanewise.Number<V, T>(6), y) & dy;
}
