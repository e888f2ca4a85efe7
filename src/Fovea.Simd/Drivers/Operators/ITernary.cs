using System.Numerics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>A function of three numbers, written over registers: <c>w = f(x, y, z)</c>; see <see cref="IUnary"/>.</summary>
public interface ITernary
{
    /// <summary>Applies the function lane by lane.</summary>
    V Apply<V, T>(V x, V y, V z)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
