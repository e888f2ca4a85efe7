using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>
/// Packs weights as [group][panel][block of channels][tap][channel][output], zeros beyond the last of either: piece i is one block of
/// channels of one panel of two registers of output channels.
/// </summary>
internal unsafe struct ChannelWeights<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private ConvJob _job;
    private nint _group;
    private T* _from;
    private T* _to;

    private readonly int Panels => (_job.Outputs + (2 * V.Width) - 1) / (2 * V.Width);

    private readonly int Blocks => (_job.Inputs + V.Width - 1) / V.Width;

    /// <summary>Numbers of one group.</summary>
    public static nint GroupCount(in ConvJob job) => (nint)job.TapCount * Whole(job.Inputs) * Whole(job.Outputs);

    /// <summary>Packs all of it.</summary>
    /// <param name="job">The correlation.</param>
    /// <param name="w">Plain weights.</param>
    /// <param name="group">Numbers from one group's weights to the next.</param>
    /// <param name="to">Room for <see cref="GroupCount"/> numbers per group.</param>
    public static void Pack(in ConvJob job, T* w, nint group, T* to)
    {
        var body = new ChannelWeights<V, T> { _job = job, _group = group, _from = w, _to = to };
        ParallelPool.For(ref body, job.Groups * body.Panels * body.Blocks, Math.Max(1, 16 / job.TapCount));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int blocks = Blocks;
        using var kernels = new Scratch<T>(KernelGather<V, T>.Count(V.Width, _job.KernelTaps));
        for (int i = from; i < to; i++)
        {
            int group = i / blocks / Panels;
            int first = i / blocks % Panels * 2 * V.Width;
            int channel = i % blocks * V.Width;
            int channels = Math.Min(V.Width, _job.Inputs - channel);
            int outputs = Math.Min(2 * V.Width, _job.Outputs - first);
            int columns = outputs > V.Width ? 2 : 1;
            nint rowStride = columns * V.Width;
            T* target = _to + (group * GroupCount(_job)) + ((nint)first * _job.TapCount * Whole(_job.Inputs)) + ((nint)channel * _job.TapCount * rowStride);
            T* source = _from + (group * _group) + (first * _job.WeightOutput) + (channel * _job.WeightInput);
            for (int q = 0; q < columns; q++, source += V.Width * _job.WeightOutput, target += V.Width)
            {
                Block(source, Math.Min(V.Width, outputs - (q * V.Width)), channels, kernels.At, target, rowStride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Block(T* from, int outputs, int channels, T* kernels, T* to, nint rowStride)
    {
        KernelGather<V, T>.Run(_job, from, _from + (_job.Groups * _group), outputs, channels, kernels);
        nint kernel = (nint)_job.KernelTaps * V.Width;
        for (int t = 0; t < _job.TapCount; t++)
        {
            T* row = kernels + ((nint)_job.Taps[t].Weight * V.Width);
            for (int c = 0; c < V.Width; c++, to += rowStride)
            {
                V value = c < channels ? V.Load(row + (c * kernel)) : V.Zero;
                value.Store(to);
            }
        }
    }

    private static nint Whole(int channels) => (channels + V.Width - 1) / V.Width * V.Width;
}
