using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>
/// The innermost kernel of depthwise convolution: up to eight registers of positions of one plane, over all taps. Every multiply-add
/// takes its input from memory, so that the tap's weight is broadcast once for eight of them.
/// </summary>
internal static unsafe class DepthwiseTile<V, T, TColumns>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TColumns : struct, ICount
{
    /// <summary>Writes <c>bias + Σ w[t] · x[place + offsets[t]]</c> for each place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(int taps, nint* offsets, T* w, T bias, T* x, VectorPlace* places, T* y)
    {
        V c0 = V.Broadcast(bias);
        V c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
        T* p0 = x + places[0].In;
        T* p1 = x + places[TColumns.Value > 1 ? 1 : 0].In;
        T* p2 = x + places[TColumns.Value > 2 ? 2 : 0].In;
        T* p3 = x + places[TColumns.Value > 2 ? 3 : 0].In;
        T* p4 = x + places[TColumns.Value > 4 ? 4 : 0].In;
        T* p5 = x + places[TColumns.Value > 4 ? 5 : 0].In;
        T* p6 = x + places[TColumns.Value > 4 ? 6 : 0].In;
        T* p7 = x + places[TColumns.Value > 4 ? 7 : 0].In;
        for (; taps > 0; taps--)
        {
            nint at = *offsets++;
            V weight = V.Broadcast(*w++);
            c0 = V.MultiplyAdd(V.Load(p0 + at), weight, c0);
            if (TColumns.Value > 1)
            {
                c1 = V.MultiplyAdd(V.Load(p1 + at), weight, c1);
            }

            if (TColumns.Value > 2)
            {
                c2 = V.MultiplyAdd(V.Load(p2 + at), weight, c2);
                c3 = V.MultiplyAdd(V.Load(p3 + at), weight, c3);
            }

            if (TColumns.Value > 4)
            {
                c4 = V.MultiplyAdd(V.Load(p4 + at), weight, c4);
                c5 = V.MultiplyAdd(V.Load(p5 + at), weight, c5);
                c6 = V.MultiplyAdd(V.Load(p6 + at), weight, c6);
                c7 = V.MultiplyAdd(V.Load(p7 + at), weight, c7);
            }
        }

        c0.Store(y + places[0].Out);
        if (TColumns.Value > 1)
        {
            c1.Store(y + places[1].Out);
        }

        if (TColumns.Value > 2)
        {
            c2.Store(y + places[2].Out);
            c3.Store(y + places[3].Out);
        }

        if (TColumns.Value > 4)
        {
            c4.Store(y + places[4].Out);
            c5.Store(y + places[5].Out);
            c6.Store(y + places[6].Out);
            c7.Store(y + places[7].Out);
        }
    }
}
