using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>Multiplies windows by packed weights: piece i is one unit of one group, for one block of output channels.</summary>
internal unsafe struct WindowBody<V, T, TStride> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TStride : struct, IOutputStep
{
    public WindowPlan* Plan;
    public WindowInput<V, T> Input;

    /// <summary>The windows of all units, or null when each piece stages its own.</summary>
    public T* Shared;
    public T* Weights;
    public T* Y;
    public ConvEpilogue<T> Epilogue;

    public readonly int Pieces => Plan->Job.Groups * Plan->Units * Plan->OutputBlocks;

    private static int LongestRun => WindowTiles<V, T, N2, TStride>.LongestRun;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        using var own = new Scratch<T>(Shared is null ? Plan->StageCount : 1);
        using var products = new Scratch<T>((long)Plan->UnitPositions * 2 * V.Width);
        using var square = new Scratch<T>((long)V.Width * V.Width);
        using var offsets = new Scratch<nint>(Plan->Job.TapCount);
        using var runs = new Scratch<WindowRun>(Plan->UnitPositions);
        Plan->Offsets(V.Width, offsets.At);
        for (int i = from; i < to; i++)
        {
            int groupUnit = i / Plan->OutputBlocks;
            int group = groupUnit / Plan->Units;
            int unit = groupUnit % Plan->Units;
            T* stage = own.At;
            if (Shared is null)
            {
                Input.Unit(group, unit, stage);
            }
            else
            {
                stage = Shared + (groupUnit * Plan->StageCount);
            }

            var extent = new WindowExtent(*Plan, unit);
            int count = Runs(extent, runs.At);
            int block = i % Plan->OutputBlocks;
            int end = (int)((long)Plan->Panels * (block + 1) / Plan->OutputBlocks);
            for (int panel = (int)((long)Plan->Panels * block / Plan->OutputBlocks); panel < end; panel++)
            {
                Panel(group, extent, panel, stage, offsets.At, runs.At, count, products.At, square.At);
            }
        }
    }

    // Cuts the rows of a unit, which are one row where the window holds its outputs side by side, into runs as equal as can be.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly int Runs(in WindowExtent extent, WindowRun* runs)
    {
        ref readonly ConvJob job = ref Plan->Job;
        bool flat = Plan->IsPicked;
        int width = flat ? extent.Images * extent.Rows * job.OutWidth : job.OutWidth;
        int perRow = (width + LongestRun - 1) / LongestRun;
        nint down = (nint)job.StrideHeight * Plan->Columns * V.Width;
        int count = 0;
        for (int n = 0; n < (flat ? 1 : extent.Images); n++)
        {
            for (int r = 0; r < (flat ? 1 : extent.Rows); r++)
            {
                int row = ((n * extent.Rows) + r) * width;
                for (int j = 0; j < perRow; j++)
                {
                    int start = (int)((long)width * j / perRow);
                    int end = (int)((long)width * (j + 1) / perRow);
                    runs[count++] = new()
                    {
                        In = (n * extent.ImageStride) + (r * down) + ((nint)start * TStride.Numbers(V.Width)),
                        Out = row + start,
                        Count = end - start,
                    };
                }
            }
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Panel(
        int group, in WindowExtent extent, int panel, T* stage, nint* offsets, WindowRun* runs, int count, T* products, T* square)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int first = panel * 2 * V.Width;
        int outputs = Math.Min(2 * V.Width, job.Outputs - first);
        int columns = outputs > V.Width ? 2 : 1;
        nint rowStride = columns * V.Width;
        nint perBlock = job.TapCount * V.Width * rowStride;
        T* b = Weights + (group * ChannelWeights<V, T>.GroupCount(job)) + ((nint)first * Plan->InputBlocks * V.Width * job.TapCount);
        var steps = new WindowSteps { BlockStride = Plan->BlockStride, Offsets = offsets, Taps = job.TapCount, Depth = V.Width };
        for (int block = 0; block < Plan->InputBlocks; block += Plan->VisitBlocks)
        {
            steps.Blocks = Math.Min(Plan->VisitBlocks, Plan->InputBlocks - block);
            T* a = stage + (block * Plan->BlockStride);
            if (columns == 2)
            {
                WindowTiles<V, T, N2, TStride>.Visit(steps, a, b, runs, count, products, block > 0);
            }
            else
            {
                WindowTiles<V, T, N1, TStride>.Visit(steps, a, b, runs, count, products, block > 0);
            }

            b += steps.Blocks * perBlock;
        }

        for (int q = 0; q < columns; q++)
        {
            int output = (group * job.Outputs) + first + (q * V.Width);
            Finish(output, Math.Min(V.Width, outputs - (q * V.Width)), extent, products + (q * V.Width), rowStride, square);
        }
    }

    private readonly void Finish(int output, int channels, in WindowExtent extent, T* products, nint stride, T* square)
    {
        int width = Plan->Job.OutWidth;
        int count = extent.Rows * width;
        var finish = new ChannelFinish<V, T>(Plan->Job, Y, Epilogue, square);
        for (int n = 0; n < extent.Images; n++, products += count * stride)
        {
            finish.Run(products, stride, extent.Image + n, output, channels, extent.Row * width, count);
        }
    }
}
