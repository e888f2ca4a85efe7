using System.Numerics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>A function of two numbers, written over registers: <c>z = f(x, y)</c>; see <see cref="IUnary"/>.</summary>
public interface IBinary
{
    /// <summary>Applies the function lane by lane.</summary>
    V Apply<V, T>(V x, V y)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
