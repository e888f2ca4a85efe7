using System.Numerics;
using System.Runtime.Intrinsics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>Runs a call on the widest registers of the machine: what <see cref="VectorLoop"/> is to loops.</summary>
internal static class VectorCall
{
    /// <summary>Runs <paramref name="call"/> and returns it, with the results that it keeps in itself.</summary>
    /// <param name="call">The work.</param>
    /// <param name="bytes">Bytes of a row: the registers are the widest that a row fills by more than half.</param>
    public static TCall Run<TCall, T>(TCall call, int bytes = int.MaxValue)
        where TCall : struct, IVectorCall<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated && bytes > 32)
        {
            call.Run<Vec512<T>>();
        }
        else if (Vector256.IsHardwareAccelerated && bytes > 16)
        {
            call.Run<Vec256<T>>();
        }
        else if (Vector128.IsHardwareAccelerated && bytes > 8)
        {
            call.Run<Vec128<T>>();
        }
        else
        {
            call.Run<VecScalar<T>>();
        }

        return call;
    }
}
