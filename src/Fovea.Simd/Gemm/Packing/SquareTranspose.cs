using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>Transposes squares as wide as a register.</summary>
internal static unsafe class SquareTranspose<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// <c>to[j, i] = from[i, j]</c> for a square; rows from <paramref name="rows"/> on count as zero and are not read. Rows of the
    /// target are written in ascending order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(T* from, nint fromStride, int rows, T* to, nint toStride)
    {
        if (typeof(V) == typeof(Vec512<float>))
        {
            RegisterTranspose.Sixteen((float*)from, fromStride, rows, (float*)to, toStride);
        }
        else if (typeof(V) == typeof(Vec256<float>) && Avx2.IsSupported)
        {
            RegisterTranspose.Eight((float*)from, fromStride, rows, (float*)to, toStride);
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
