using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>What is done to a finished tile when it is not simply stored or added: factors, and edges narrower than a tile.</summary>
internal static unsafe class TileFinish<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary><c>to = alpha · from + beta · to</c>; with beta = 0 the old content is not read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Scaled(T* from, nint fromStride, T* to, nint toStride, int rows, int columns, T alpha, T beta)
    {
        V scale = V.Broadcast(alpha);
        V keep = V.Broadcast(beta);
        bool reads = beta != T.Zero;
        for (; rows > 0; rows--, from += fromStride, to += toStride)
        {
            int j = 0;
            for (; j <= columns - V.Width; j += V.Width)
            {
                V value = V.Load(from + j) * scale;
                value = reads ? V.MultiplyAdd(V.Load(to + j), keep, value) : value;
                value.Store(to + j);
            }

            for (; j < columns; j++)
            {
                T value = from[j] * alpha;
                to[j] = reads ? T.FusedMultiplyAdd(to[j], beta, value) : value;
            }
        }
    }
}
