using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// Packs weights as the tiles read them, [part][group][block][panel][channel, tap][row]: piece i is one panel of one block of one group.
/// A forward pass has one part; the strided gradient has one per residue, which all read the same piece of the weights.
/// </summary>
internal unsafe struct PackWeightsBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public StagePlan* Parts;
    public int PartCount;

    /// <summary>Numbers from one group's weights to the next.</summary>
    public nint GroupStride;
    public T* From;
    public T* To;

    public readonly int Pieces => Parts->Job.Groups * Parts->Blocks * GemmShape<V, T>.RowPanels(Parts->Job.Outputs);

    /// <summary>Numbers of one group, packed.</summary>
    public static nint GroupCount(in ConvJob job) => (nint)((job.Outputs + 1) / 2 * 2) * job.Inputs * job.TapCount;

    /// <summary>Packs all of it.</summary>
    public static void Pack(StagePlan* parts, int count, nint groupStride, T* from, T* to)
    {
        var body = new PackWeightsBody<V, T> { Parts = parts, PartCount = count, GroupStride = groupStride, From = from, To = to };
        long weights = GroupCount(parts->Job) * parts->Job.Groups / body.Pieces;
        ParallelPool.For(ref body, body.Pieces, (int)Math.Clamp(8192 / Math.Max(1, weights), 1, int.MaxValue));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        ref readonly ConvJob first = ref Parts->Job;
        int panels = GemmShape<V, T>.RowPanels(first.Outputs);
        int padded = GemmShape<V, T>.RowStart(first.Outputs, panels, panels);
        for (int i = from; i < to; i++)
        {
            int group = i / panels / Parts->Blocks;
            int c = i / panels % Parts->Blocks * Parts->BlockChannels;
            int channels = Math.Min(Parts->BlockChannels, first.Inputs - c);
            int start = GemmShape<V, T>.RowStart(first.Outputs, panels, i % panels);
            int height = GemmShape<V, T>.RowStart(first.Outputs, panels, (i % panels) + 1) - start;
            T* source = From + group * GroupStride + start * first.WeightOutput + c * first.WeightInput;
            T* part = To;
            for (int p = 0; p < PartCount; p++)
            {
                ref readonly ConvJob job = ref Parts[p].Job;
                T* panel = part + group * GroupCount(job) + ((nint)c * padded + (nint)start * channels) * job.TapCount;
                Panel(job, source, Math.Min(height, job.Outputs - start), height, channels, panel);
                part += GroupCount(job) * job.Groups;
            }
        }
    }

    private readonly void Panel(in ConvJob job, T* source, int rows, int height, int channels, T* panel)
    {
        if (job.WeightInput == job.TapCount)
        {
            GemmPacking<V, T>.PackRows(false, source, job.WeightOutput, rows, height, channels * job.TapCount, panel);
        }
        else if (job.WeightOutput == 1 && job.TapCount == 1)
        {
            GemmPacking<V, T>.PackRows(true, source, job.WeightInput, rows, height, channels, panel);
        }
        else if (job.TapCount > 0)
        {
            Gather(job, source, rows, height, channels, panel);
        }
    }

    // The weights of a backward pass: those of one channel lie [row, tap] and are wanted [tap, row].
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Gather(in ConvJob job, T* from, int rows, int height, int channels, T* to)
    {
        T* end = From + job.Groups * GroupStride;
        float* square = stackalloc float[256];
        for (int c = 0; c < channels; c++, from += job.WeightInput)
        {
            bool turns = typeof(V) == typeof(Vec512<float>) && job.WeightOutput <= 16
                && from + ((rows - 1) * job.WeightOutput) + 16 <= end && c < channels - 1 - (16 / height);
            if (turns)
            {
                // A target row narrower than a register is overwritten by the next one; the last channels are written exactly.
                RegisterTranspose.Sixteen((float*)from, job.WeightOutput, rows, square, 16);
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
