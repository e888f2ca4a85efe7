using System.Numerics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>
/// A function of one number, written over registers: <c>y = f(x)</c>. An unmanaged struct, so that the JIT makes one loop per
/// function and width; fields are the function's constants.
/// </summary>
public interface IUnary
{
    /// <summary>Applies the function to every lane.</summary>
    V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
