using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary>
/// A function's constant in both precisions. Converting it within the loop would cost more than the instruction: the conversion
/// depends on its own last result, and so chains one register's work to the next.
/// </summary>
/// <param name="value">The constant.</param>
public readonly struct Constant(double value)
{
    private readonly float _single = (float)value;
    private readonly double _double = value;

    /// <summary>The constant in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Of<V, T>()
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? V.Broadcast((T)(object)_single) : V.Broadcast((T)(object)_double);
}
