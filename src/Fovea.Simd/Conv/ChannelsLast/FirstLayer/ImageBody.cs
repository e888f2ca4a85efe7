using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>Correlates unpacked planes: piece i is one band of rows of one image of one group, for one panel of output channels.</summary>
internal unsafe struct ImageBody<V, T, TStride> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TStride : struct, IOutputStep
{
    public ImagePlan* Plan;
    public T* X;
    public T* Weights;
    public T* Y;
    public ConvEpilogue<T> Epilogue;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        ref readonly ConvJob job = ref Plan->Job;
        using var stage = new Scratch<T>(Plan->StageCount);
        using var outputs = new Scratch<T>((long)Plan->UnitRows * Plan->OutColumns * 2 * V.Width);
        using var line = new Scratch<T>(Plan->Pools ? (long)(job.OutWidth + Plan->OutColumns) * 2 * V.Width : 1);
        using var square = new Scratch<T>((long)V.Width * V.Width);
        using var offsets = new Scratch<nint>(Plan->KernelRows);
        using var runs = new Scratch<WindowRun>(job.OutWidth);
        for (int r = 0; r < Plan->KernelRows; r++)
        {
            offsets.At[r] = (nint)r * Plan->RowApart * Plan->Columns;
        }

        var steps = new WindowSteps
        {
            Blocks = job.Inputs,
            BlockStride = (nint)Plan->Rows * Plan->Columns,
            Offsets = offsets.At,
            Taps = Plan->KernelRows,
            Depth = Plan->KernelColumns,
        };
        int count = Runs(runs.At);
        int staged = -1;
        for (int i = from; i < to; i++)
        {
            // Panels inside: those of a band that one thread gets find it staged.
            int band = i / Plan->Panels;
            int row = band % Plan->Bands * Plan->UnitRows;
            int rows = Math.Min(Plan->UnitRows, Plan->OutRows - row);
            (int first, int sums) = Plan->Sums(row, rows);
            int image = band / Plan->Bands / job.Groups;
            int group = band / Plan->Bands % job.Groups;
            if (staged != band)
            {
                Stage(image, group, first, sums, stage.At);
                staged = band;
            }

            Panel(steps, image, group, i % Plan->Panels, row, rows, first, sums, stage.At, runs.At, count, outputs.At, line.At, square.At);
        }
    }

    private readonly int Runs(WindowRun* runs)
    {
        int width = Plan->Job.OutWidth;
        int longest = WindowTiles<V, T, N2, TStride>.LongestRun;
        int count = (width + longest - 1) / longest;
        for (int j = 0; j < count; j++)
        {
            int start = (int)((long)width * j / count);
            runs[j] = new() { In = (nint)start * TStride.Numbers(V.Width), Out = start, Count = (int)((long)width * (j + 1) / count) - start };
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Stage(int image, int group, int firstSum, int sums, T* to)
    {
        ref readonly ConvJob job = ref Plan->Job;
        nint plane = (nint)job.Height * job.Width;
        T* x = X + (image * job.InputImage) + (group * job.Inputs * plane);
        int first = (firstSum * job.StrideHeight) + job.Taps[0].Row;
        int rows = ((sums - 1) * job.StrideHeight) + ((Plan->KernelRows - 1) * Plan->RowApart) + 1;
        for (int c = 0; c < job.Inputs; c++, x += plane, to += (nint)Plan->Rows * Plan->Columns)
        {
            for (int r = 0; r < rows; r++)
            {
                int at = first + r;
                T* source = (uint)at < (uint)job.Height ? x + ((nint)at * job.Width) : null;
                StridedRows<V, T>.Padded(source, job.Width, job.Taps[0].Column, 1, to + ((nint)r * Plan->Columns), Plan->Columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Panel(
        in WindowSteps steps, int image, int group, int panel, int row, int rows, int first, int sums,
        T* stage, WindowRun* runs, int count, T* outputs, T* line, T* square)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int channel = panel * 2 * V.Width;
        int channels = Math.Min(2 * V.Width, job.Outputs - channel);
        int columns = channels > V.Width ? 2 : 1;
        nint stride = columns * V.Width;
        T* weights = Weights + (group * ImagePlan.WeightCount(job, V.Width)) + ((nint)channel * job.Inputs * job.TapCount);
        T* pooled = line + (job.OutWidth * stride);
        for (int r = 0; r < sums; r++)
        {
            T* a = stage + ((nint)r * job.StrideHeight * Plan->Columns);
            T* to = Plan->Pools ? line : outputs + (r * job.OutWidth * stride);
            if (columns == 2)
            {
                WindowTiles<V, T, N2, TStride>.Visit(steps, a, weights, runs, count, to, false);
            }
            else
            {
                WindowTiles<V, T, N1, TStride>.Visit(steps, a, weights, runs, count, to, false);
            }

            if (Plan->Pools)
            {
                Across(line, (int)stride, pooled);
                Down(pooled, (int)stride, first + r, row, rows, outputs);
            }
        }

        ConvJob target = job;
        (target.OutHeight, target.OutWidth) = (Plan->OutRows, Plan->OutColumns);
        var finish = new ChannelFinish<V, T>(target, Y, Epilogue, square);
        for (int q = 0; q < columns; q++)
        {
            int output = (group * job.Outputs) + channel + (q * V.Width);
            finish.Run(
                outputs + (q * V.Width), stride, image, output, Math.Min(V.Width, channels - (q * V.Width)), row * Plan->OutColumns, rows * Plan->OutColumns);
        }
    }

    // Maxima over the columns of the windows in one row of sums.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Across(T* line, int stride, T* to)
    {
        int width = Plan->Job.OutWidth;
        for (int j = 0; j < Plan->OutColumns; j++, to += stride)
        {
            int first = (j * Plan->Pool.StrideWidth) - Plan->Pool.PadWidth;
            int end = Math.Min(width, first + Plan->Pool.KernelWidth);
            first = Math.Max(0, first);
            for (int c = 0; c < stride; c += V.Width)
            {
                T* at = line + ((nint)first * stride) + c;
                V most = V.Load(at);
                for (int k = first + 1; k < end; k++)
                {
                    at += stride;
                    most = V.Max(most, V.Load(at));
                }

                most.Store(to + c);
            }
        }
    }

    // Takes a row of such maxima into all windows that cover it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Down(T* from, int stride, int sum, int row, int rows, T* outputs)
    {
        nint length = (nint)Plan->OutColumns * stride;
        for (int r = 0; r < rows; r++, outputs += length)
        {
            int first = ((row + r) * Plan->Pool.StrideHeight) - Plan->Pool.PadHeight;
            if (sum < first || sum >= first + Plan->Pool.KernelHeight)
            {
                continue;
            }

            bool begins = sum == Math.Max(0, first);
            for (nint j = 0; j < length; j += V.Width)
            {
                V most = V.Load(from + j);
                most = begins ? most : V.Max(most, V.Load(outputs + j));
                most.Store(outputs + j);
            }
        }
    }
}
