using System.Numerics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>
/// Work that is written over a register width and cuts itself into pieces, if at all: a call with its arguments, to be run by
/// <see cref="VectorCall"/> on the registers that it chooses.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal interface IVectorCall<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Does the work on registers of one width.</summary>
    void Run<V>()
        where V : unmanaged, IVector<V, T>;
}
