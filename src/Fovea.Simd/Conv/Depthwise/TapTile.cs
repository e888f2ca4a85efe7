using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// The innermost kernel of the weights' gradient of a depthwise convolution: ten taps of one plane, over all its registers of
/// positions. The lanes are not added up: they stay in memory from image to image.
/// </summary>
internal static unsafe class TapTile<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Taps of a tile.</summary>
    public const int Taps = 10;

    /// <summary><c>sums[t] += Σ dy[place] · x[place + offsets[t]]</c>, lane by lane; sums: [10, width].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(int count, VectorPlace* places, T* x, nint* offsets, T* dy, T* sums)
    {
        V c0 = V.Load(sums);
        V c1 = V.Load(sums + V.Width);
        V c2 = V.Load(sums + (2 * V.Width));
        V c3 = V.Load(sums + (3 * V.Width));
        V c4 = V.Load(sums + (4 * V.Width));
        V c5 = V.Load(sums + (5 * V.Width));
        V c6 = V.Load(sums + (6 * V.Width));
        V c7 = V.Load(sums + (7 * V.Width));
        V c8 = V.Load(sums + (8 * V.Width));
        V c9 = V.Load(sums + (9 * V.Width));
        T* p0 = x + offsets[0];
        T* p1 = x + offsets[1];
        T* p2 = x + offsets[2];
        T* p3 = x + offsets[3];
        T* p4 = x + offsets[4];
        T* p5 = x + offsets[5];
        T* p6 = x + offsets[6];
        T* p7 = x + offsets[7];
        T* p8 = x + offsets[8];
        T* p9 = x + offsets[9];
        for (VectorPlace* end = places + count; places < end; places++)
        {
            nint at = places->In;
            V g = V.Load(dy + places->Out);
            c0 = V.MultiplyAdd(V.Load(p0 + at), g, c0);
            c1 = V.MultiplyAdd(V.Load(p1 + at), g, c1);
            c2 = V.MultiplyAdd(V.Load(p2 + at), g, c2);
            c3 = V.MultiplyAdd(V.Load(p3 + at), g, c3);
            c4 = V.MultiplyAdd(V.Load(p4 + at), g, c4);
            c5 = V.MultiplyAdd(V.Load(p5 + at), g, c5);
            c6 = V.MultiplyAdd(V.Load(p6 + at), g, c6);
            c7 = V.MultiplyAdd(V.Load(p7 + at), g, c7);
            c8 = V.MultiplyAdd(V.Load(p8 + at), g, c8);
            c9 = V.MultiplyAdd(V.Load(p9 + at), g, c9);
        }

        c0.Store(sums);
        c1.Store(sums + V.Width);
        c2.Store(sums + (2 * V.Width));
        c3.Store(sums + (3 * V.Width));
        c4.Store(sums + (4 * V.Width));
        c5.Store(sums + (5 * V.Width));
        c6.Store(sums + (6 * V.Width));
        c7.Store(sums + (7 * V.Width));
        c8.Store(sums + (8 * V.Width));
        c9.Store(sums + (9 * V.Width));
    }
}
