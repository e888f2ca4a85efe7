using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Conv.ChannelsLast;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>
/// Transforms 3 × 3 weights, <c>U = G g Gᵀ</c>, to [group][panel][element][channel][output]: piece i is one panel of two registers of
/// output channels of one group, for one run of input channels.
/// </summary>
internal unsafe struct WinogradWeights<V, T, TTile> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTile : struct, ITileTransform<V, T>
{
    // Input channels of a run.
    private const int Channels = 16;

    private ConvJob _job;
    private nint _group;
    private T* _from;
    private T* _to;

    private readonly int Panels => (_job.Outputs + (2 * V.Width) - 1) / (2 * V.Width);

    private readonly int Runs => (_job.Inputs + Channels - 1) / Channels;

    /// <summary>Numbers of one group.</summary>
    public static nint GroupCount(in ConvJob job) => (nint)TTile.Patch * job.Inputs * ((job.Outputs + V.Width - 1) / V.Width * V.Width);

    /// <summary>Transforms all of it.</summary>
    /// <param name="job">The correlation.</param>
    /// <param name="w">Plain weights.</param>
    /// <param name="group">Numbers from one group's weights to the next.</param>
    /// <param name="to">Room for <see cref="GroupCount"/> numbers per group.</param>
    public static void Transform(in ConvJob job, T* w, nint group, T* to)
    {
        var body = new WinogradWeights<V, T, TTile> { _job = job, _group = group, _from = w, _to = to };
        ParallelPool.For(ref body, job.Groups * body.Panels * body.Runs, 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int panels = Panels;
        int runs = Runs;
        using var taps = new Scratch<T>(KernelGather<V, T>.Count(Channels, _job.KernelTaps));
        using var work = new Scratch<T>((long)TTile.Work * V.Width);
        int* order = stackalloc int[9];
        Order(order);
        for (int i = from; i < to; i++)
        {
            int group = i / runs / panels;
            int first = i / runs % panels * 2 * V.Width;
            int c = i % runs * Channels;
            int channels = Math.Min(Channels, _job.Inputs - c);
            int outputs = Math.Min(2 * V.Width, _job.Outputs - first);
            int columns = outputs > V.Width ? 2 : 1;
            nint element = (nint)_job.Inputs * columns * V.Width;
            T* target = _to + (group * GroupCount(_job)) + ((nint)first * _job.Inputs * TTile.Patch) + ((nint)c * columns * V.Width);
            for (int q = 0; q < columns; q++, first += V.Width, target += V.Width)
            {
                T* source = _from + (group * _group) + (first * _job.WeightOutput) + (c * _job.WeightInput);
                KernelGather<V, T>.Run(_job, source, _from + (_job.Groups * _group), Math.Min(V.Width, outputs - (q * V.Width)), channels, taps.At);
                for (int j = 0; j < channels; j++)
                {
                    TTile.Weights(taps.At + ((nint)j * _job.KernelTaps * V.Width), order, target + ((nint)j * columns * V.Width), element, work.At);
                }
            }
        }
    }

    // The taps of the 3 × 3 grid, row by row: where each one's weight lies in the kernel.
    private readonly void Order(int* order)
    {
        (int row, int column, int lastRow, int lastColumn) = _job.Reach;
        for (int t = 0; t < 9; t++)
        {
            int down = 2 * (_job.Taps[t].Row - row) / (lastRow - row);
            int across = 2 * (_job.Taps[t].Column - column) / (lastColumn - column);
            order[(down * 3) + across] = _job.Taps[t].Weight;
        }
    }
}
