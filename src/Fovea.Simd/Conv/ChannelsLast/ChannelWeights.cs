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

    // Whether each tap's weights lie as those of a kernel of one tap, one kernel after the other.
    private bool _byTap;

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
        body.Start();
    }

    /// <summary>Packs the weights of one group tap by tap, <c>[tap][panel][block of channels][channel][output]</c>: for as many kernels of one tap.</summary>
    /// <param name="job">The correlation.</param>
    /// <param name="w">Plain weights.</param>
    /// <param name="group">Numbers of the group's weights.</param>
    /// <param name="to">Room for <see cref="GroupCount"/> numbers.</param>
    public static void PackByTap(in ConvJob job, T* w, nint group, T* to)
    {
        var body = new ChannelWeights<V, T> { _job = job, _group = group, _from = w, _to = to, _byTap = true };
        body.Start();
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
            int taps = _byTap ? 1 : _job.TapCount;
            nint tapStride = _byTap ? GroupCount(_job) / _job.TapCount : V.Width * rowStride;
            T* target = _to + (group * GroupCount(_job)) + ((nint)first * taps * Whole(_job.Inputs)) + (channel * taps * rowStride);
            T* source = _from + (group * _group) + (first * _job.WeightOutput) + (channel * _job.WeightInput);
            for (int q = 0; q < columns; q++, source += V.Width * _job.WeightOutput, target += V.Width)
            {
                Block(source, Math.Min(V.Width, outputs - (q * V.Width)), channels, kernels.At, target, rowStride, tapStride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Block(T* from, int outputs, int channels, T* kernels, T* to, nint rowStride, nint tapStride)
    {
        KernelGather<V, T>.Run(_job, from, _from + (_job.Groups * _group), outputs, channels, kernels);
        nint kernel = (nint)_job.KernelTaps * V.Width;
        for (int t = 0; t < _job.TapCount; t++, to += tapStride)
        {
            T* row = kernels + ((nint)_job.Taps[t].Weight * V.Width);
            for (int c = 0; c < V.Width; c++)
            {
                V value = c < channels ? V.Load(row + (c * kernel)) : V.Zero;
                value.Store(to + (c * rowStride));
            }
        }
    }

    private void Start() => ParallelPool.For(ref this, _job.Groups * Panels * Blocks, Math.Max(1, 16 / _job.TapCount));

    private static nint Whole(int channels) => (channels + V.Width - 1) / V.Width * V.Width;
}
