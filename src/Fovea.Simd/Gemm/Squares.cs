using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Gemm;

/// <summary>Transposes squares as wide as a register.</summary>
internal static unsafe class Squares<V, T>
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// <c>to[j, i] = from[i, j]</c> for a square; rows from <paramref name="rows"/> on count as zero and are not read. Rows of the
    /// target are written in ascending order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(T* from, nint fromStride, int rows, T* to, nint toStride)
    {
        if (typeof(V) == typeof(Lane512<float>))
        {
            Gemm.Transpose.Sixteen((float*)from, fromStride, rows, (float*)to, toStride);
        }
        else if (typeof(V) == typeof(Lane256<float>) && Avx2.IsSupported)
        {
            Gemm.Transpose.Eight((float*)from, fromStride, rows, (float*)to, toStride);
        }
        else
        {
            for (int j = 0; j < V.Width; j++, to += toStride)
            {
                for (int i = 0; i < V.Width; i++)
                {
                    to[i] = i < rows ? from[(i * fromStride) + j] : T.Zero;
                }
            }
        }
    }
}
