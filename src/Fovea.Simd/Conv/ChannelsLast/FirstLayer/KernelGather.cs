using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>Brings the kernels of one register of output channels into lanes.</summary>
internal static unsafe class KernelGather<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Numbers that the target needs; squares may be written beyond the last kernel.</summary>
    public static long Count(int channels, int taps) => (((long)channels * taps) + V.Width) * V.Width;

    /// <summary><c>to[channel][weight][output]</c>, zero beyond the last output; weights in the order in which a kernel holds them.</summary>
    /// <param name="job">The correlation; every tap of its kernel is gathered.</param>
    /// <param name="from">The first output's kernel of the first channel.</param>
    /// <param name="end">Where the weights end.</param>
    /// <param name="outputs">Output channels, up to a register.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="to">Room for <see cref="Count"/> numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(in ConvJob job, T* from, T* end, int outputs, int channels, T* to)
    {
        int taps = job.KernelTaps;
        int depth = channels * taps;
        if (outputs == V.Width && job.WeightInput == taps && depth % V.Width == 0)
        {
            // The kernels of all channels of an output lie one after the other.
            for (int k = 0; k < depth; k += V.Width)
            {
                SquareTranspose<V, T>.Transpose(from + k, job.WeightOutput, V.Width, to + ((nint)k * V.Width), V.Width);
            }

            return;
        }

        for (int c = 0; c < channels; c++, from += job.WeightInput, to += (nint)taps * V.Width)
        {
            if (outputs == V.Width && job.WeightOutput == 1 && taps == 1)
            {
                V.Load(from).Store(to);
            }
            else if (outputs == V.Width && job.WeightOutput == taps && taps <= V.Width && from + ((V.Width - 1) * taps) + V.Width <= end)
            {
                // Rows beyond the last tap are overwritten by the next channel's.
                SquareTranspose<V, T>.Transpose(from, taps, V.Width, to, V.Width);
            }
            else
            {
                One(job, from, outputs, to);
            }
        }
    }

    private static void One(in ConvJob job, T* from, int outputs, T* to)
    {
        for (int t = 0; t < job.KernelTaps; t++, to += V.Width)
        {
            for (int o = 0; o < V.Width; o++)
            {
                to[o] = o < outputs ? from[(o * job.WeightOutput) + t] : T.Zero;
            }
        }
    }
}
