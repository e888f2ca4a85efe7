using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Conv;

/// <summary>Packs weights as the tiles read them, [group][block][panel][channel, tap][row]: piece i is one panel of one group.</summary>
internal unsafe struct PackWeightsBody<V, T> : IRangeBody
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public StagePlan* Plan;

    /// <summary>Numbers from one group's weights to the next.</summary>
    public nint GroupStride;
    public T* From;
    public T* To;

    /// <summary>Numbers of one group, packed.</summary>
    public static long GroupCount(in ConvJob job) => (job.Outputs + 1) / 2 * 2 * (long)job.Inputs * job.TapCount;

    public readonly void Run(int from, int to)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int panels = GemmShape<V, T>.RowPanels(job.Outputs);
        int padded = GemmShape<V, T>.RowStart(job.Outputs, panels, panels);
        for (int i = from; i < to; i++)
        {
            int group = i / panels;
            int start = GemmShape<V, T>.RowStart(job.Outputs, panels, i % panels);
            int height = GemmShape<V, T>.RowStart(job.Outputs, panels, (i % panels) + 1) - start;
            int rows = Math.Min(height, job.Outputs - start);
            for (int c = 0; c < job.Inputs; c += Plan->BlockChannels)
            {
                int channels = Math.Min(Plan->BlockChannels, job.Inputs - c);
                nint block = (nint)c * job.TapCount * padded;
                T* panel = To + group * (nint)GroupCount(job) + block + (nint)start * channels * job.TapCount;
                T* source = From + group * GroupStride + start * job.WeightOutput + c * job.WeightInput;
                if (job.WeightInput == job.TapCount)
                {
                    GemmPacking<V, T>.PackRows(false, source, job.WeightOutput, rows, height, channels * job.TapCount, panel);
                }
                else if (job.WeightOutput == 1)
                {
                    GemmPacking<V, T>.PackRows(true, source, job.WeightInput, rows, height, channels, panel);
                }
                else
                {
                    Gather(job, source, rows, height, channels, panel);
                }
            }
        }
    }

    // The weights of a backward pass: those of one channel lie [row, tap] and are wanted [tap, row].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Gather(in ConvJob job, T* from, int rows, int height, int channels, T* to)
    {
        T* end = From + job.Groups * GroupStride;
        float* square = stackalloc float[256];
        for (int c = 0; c < channels; c++, from += job.WeightInput)
        {
            bool turns = typeof(V) == typeof(Lane512<float>) && job.WeightOutput <= 16
                && from + ((rows - 1) * job.WeightOutput) + 16 <= end && c < channels - 1 - (16 / height);
            if (turns)
            {
                // A target row narrower than a register is overwritten by the next one; the last channels are written exactly.
                Transpose.Sixteen((float*)from, job.WeightOutput, rows, square, 16);
                for (int t = 0; t < job.TapCount; t++, to += height)
                {
                    Vector512.Load(square + (16 * job.Taps[t].Weight)).Store((float*)to);
                }

                continue;
            }

            for (int t = 0; t < job.TapCount; t++, to += height)
            {
                T* at = from + job.Taps[t].Weight;
                for (int r = 0; r < rows; r++, at += job.WeightOutput)
                {
                    to[r] = *at;
                }

                for (int r = rows; r < height; r++)
                {
                    to[r] = T.Zero;
                }
            }
        }
    }
}
