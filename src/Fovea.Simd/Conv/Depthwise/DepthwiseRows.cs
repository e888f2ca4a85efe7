using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// The kernel of depthwise convolution where rows overlap: eight output rows of one register column. A register of input is loaded
/// once for all the output rows that it reaches, which leaves multiply-adds, not loads, to wait for.
/// </summary>
/// <typeparam name="V">The register.</typeparam>
/// <typeparam name="T">Its numbers.</typeparam>
/// <typeparam name="TKernel">Rows of the kernel: 2 to 7.</typeparam>
internal static unsafe class DepthwiseRows<V, T, TKernel>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, ICount
{
    /// <summary>Output rows of a tile.</summary>
    public const int Rows = 8;

    /// <summary>Writes <c>y[i] = bias + Σ w[u, v] · x[i + u][column shift of v]</c> for the first <paramref name="valid"/> of eight rows.</summary>
    /// <param name="columns">Columns of the kernel.</param>
    /// <param name="shifts">Where each column of the kernel reads.</param>
    /// <param name="w">Weights, [row, column].</param>
    /// <param name="bias">Added to every output.</param>
    /// <param name="x">The staged plane at the tile's first output row; rows to the seventh output's last tap are read.</param>
    /// <param name="rowStride">Numbers from one input row to the next.</param>
    /// <param name="y">The tile's first output.</param>
    /// <param name="outStride">Numbers from one output row to the next.</param>
    /// <param name="valid">Rows to write.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(int columns, nint* shifts, T* w, T bias, T* x, nint rowStride, T* y, nint outStride, int valid)
    {
        V c0 = V.Broadcast(bias), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
        for (int v = 0; v < columns; v++, w++)
        {
            T* at = x + shifts[v];
            V w0 = V.Broadcast(*w);
            V w1 = V.Broadcast(w[columns]);
            V w2 = TKernel.Value > 2 ? V.Broadcast(w[2 * columns]) : w0;
            V w3 = TKernel.Value > 3 ? V.Broadcast(w[3 * columns]) : w0;
            V w4 = TKernel.Value > 4 ? V.Broadcast(w[4 * columns]) : w0;
            V w5 = TKernel.Value > 5 ? V.Broadcast(w[5 * columns]) : w0;
            V w6 = TKernel.Value > 6 ? V.Broadcast(w[6 * columns]) : w0;

            V i = V.Load(at);
            c0 = V.MultiplyAdd(i, w0, c0);

            at += rowStride;
            i = V.Load(at);
            c1 = V.MultiplyAdd(i, w0, c1);
            c0 = V.MultiplyAdd(i, w1, c0);

            at += rowStride;
            i = V.Load(at);
            c2 = V.MultiplyAdd(i, w0, c2);
            c1 = V.MultiplyAdd(i, w1, c1);
            c0 = TKernel.Value > 2 ? V.MultiplyAdd(i, w2, c0) : c0;

            at += rowStride;
            i = V.Load(at);
            c3 = V.MultiplyAdd(i, w0, c3);
            c2 = V.MultiplyAdd(i, w1, c2);
            c1 = TKernel.Value > 2 ? V.MultiplyAdd(i, w2, c1) : c1;
            c0 = TKernel.Value > 3 ? V.MultiplyAdd(i, w3, c0) : c0;

            at += rowStride;
            i = V.Load(at);
            c4 = V.MultiplyAdd(i, w0, c4);
            c3 = V.MultiplyAdd(i, w1, c3);
            c2 = TKernel.Value > 2 ? V.MultiplyAdd(i, w2, c2) : c2;
            c1 = TKernel.Value > 3 ? V.MultiplyAdd(i, w3, c1) : c1;
            c0 = TKernel.Value > 4 ? V.MultiplyAdd(i, w4, c0) : c0;

            at += rowStride;
            i = V.Load(at);
            c5 = V.MultiplyAdd(i, w0, c5);
            c4 = V.MultiplyAdd(i, w1, c4);
            c3 = TKernel.Value > 2 ? V.MultiplyAdd(i, w2, c3) : c3;
            c2 = TKernel.Value > 3 ? V.MultiplyAdd(i, w3, c2) : c2;
            c1 = TKernel.Value > 4 ? V.MultiplyAdd(i, w4, c1) : c1;
            c0 = TKernel.Value > 5 ? V.MultiplyAdd(i, w5, c0) : c0;

            at += rowStride;
            i = V.Load(at);
            c6 = V.MultiplyAdd(i, w0, c6);
            c5 = V.MultiplyAdd(i, w1, c5);
            c4 = TKernel.Value > 2 ? V.MultiplyAdd(i, w2, c4) : c4;
            c3 = TKernel.Value > 3 ? V.MultiplyAdd(i, w3, c3) : c3;
            c2 = TKernel.Value > 4 ? V.MultiplyAdd(i, w4, c2) : c2;
            c1 = TKernel.Value > 5 ? V.MultiplyAdd(i, w5, c1) : c1;
            c0 = TKernel.Value > 6 ? V.MultiplyAdd(i, w6, c0) : c0;

            at += rowStride;
            i = V.Load(at);
            c7 = V.MultiplyAdd(i, w0, c7);
            c6 = V.MultiplyAdd(i, w1, c6);
            c5 = TKernel.Value > 2 ? V.MultiplyAdd(i, w2, c5) : c5;
            c4 = TKernel.Value > 3 ? V.MultiplyAdd(i, w3, c4) : c4;
            c3 = TKernel.Value > 4 ? V.MultiplyAdd(i, w4, c3) : c3;
            c2 = TKernel.Value > 5 ? V.MultiplyAdd(i, w5, c2) : c2;
            c1 = TKernel.Value > 6 ? V.MultiplyAdd(i, w6, c1) : c1;

            at += rowStride;
            i = V.Load(at);
            c7 = V.MultiplyAdd(i, w1, c7);
            c6 = TKernel.Value > 2 ? V.MultiplyAdd(i, w2, c6) : c6;
            c5 = TKernel.Value > 3 ? V.MultiplyAdd(i, w3, c5) : c5;
            c4 = TKernel.Value > 4 ? V.MultiplyAdd(i, w4, c4) : c4;
            c3 = TKernel.Value > 5 ? V.MultiplyAdd(i, w5, c3) : c3;
            c2 = TKernel.Value > 6 ? V.MultiplyAdd(i, w6, c2) : c2;

            if (TKernel.Value > 2)
            {
                at += rowStride;
                i = V.Load(at);
                c7 = TKernel.Value > 2 ? V.MultiplyAdd(i, w2, c7) : c7;
                c6 = TKernel.Value > 3 ? V.MultiplyAdd(i, w3, c6) : c6;
                c5 = TKernel.Value > 4 ? V.MultiplyAdd(i, w4, c5) : c5;
                c4 = TKernel.Value > 5 ? V.MultiplyAdd(i, w5, c4) : c4;
                c3 = TKernel.Value > 6 ? V.MultiplyAdd(i, w6, c3) : c3;
            }

            if (TKernel.Value > 3)
            {
                at += rowStride;
                i = V.Load(at);
                c7 = TKernel.Value > 3 ? V.MultiplyAdd(i, w3, c7) : c7;
                c6 = TKernel.Value > 4 ? V.MultiplyAdd(i, w4, c6) : c6;
                c5 = TKernel.Value > 5 ? V.MultiplyAdd(i, w5, c5) : c5;
                c4 = TKernel.Value > 6 ? V.MultiplyAdd(i, w6, c4) : c4;
            }

            if (TKernel.Value > 4)
            {
                at += rowStride;
                i = V.Load(at);
                c7 = TKernel.Value > 4 ? V.MultiplyAdd(i, w4, c7) : c7;
                c6 = TKernel.Value > 5 ? V.MultiplyAdd(i, w5, c6) : c6;
                c5 = TKernel.Value > 6 ? V.MultiplyAdd(i, w6, c5) : c5;
            }

            if (TKernel.Value > 5)
            {
                at += rowStride;
                i = V.Load(at);
                c7 = TKernel.Value > 5 ? V.MultiplyAdd(i, w5, c7) : c7;
                c6 = TKernel.Value > 6 ? V.MultiplyAdd(i, w6, c6) : c6;
            }

            if (TKernel.Value > 6)
            {
                at += rowStride;
                i = V.Load(at);
                c7 = TKernel.Value > 6 ? V.MultiplyAdd(i, w6, c7) : c7;
            }
        }

        c0.Store(y);
        if (valid > 1)
        {
            c1.Store(y + outStride);
        }

        if (valid > 2)
        {
            c2.Store(y + (2 * outStride));
        }

        if (valid > 3)
        {
            c3.Store(y + (3 * outStride));
        }

        if (valid > 4)
        {
            c4.Store(y + (4 * outStride));
        }

        if (valid > 5)
        {
            c5.Store(y + (5 * outStride));
        }

        if (valid > 6)
        {
            c6.Store(y + (6 * outStride));
        }

        if (valid > 7)
        {
            c7.Store(y + (7 * outStride));
        }
    }
}
