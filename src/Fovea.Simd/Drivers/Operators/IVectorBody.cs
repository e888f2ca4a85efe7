using System.Numerics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>
/// An <see cref="IRangeBody"/> that is written over a register width, to be run by <see cref="VectorLoop"/> on the widest that the
/// machine has.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Does the pieces <paramref name="from"/> (included) to <paramref name="to"/> (excluded).</summary>
    void Run<V>(int from, int to)
        where V : struct, IVector<V, T>;
}
