using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>
/// Stages the windows of units, [block of channels][image][row][column][channel]. As a loop of its own, piece i is one block of channels
/// of one unit of one group.
/// </summary>
internal unsafe struct WindowInput<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Rows that are prefetched ahead.
    private const int AheadRows = 2;

    private readonly WindowPlan* _plan;
    private readonly T* _x;
    private readonly T* _end;
    private readonly ChannelStage<V, T> _stage;

    /// <summary>Target of the loop: all units.</summary>
    private readonly T* _to;

    public WindowInput(WindowPlan* plan, T* x, T* to)
    {
        _plan = plan;
        _x = x;
        _to = to;
        ref readonly ConvJob job = ref plan->Job;
        _end = x + (job.Batch * job.InputImage);
        _stage = new(job.Height, job.Width, 0, -plan->FirstColumn, plan->Rows, plan->Columns, V.Width, _end);
    }

    public readonly int Pieces => _plan->Job.Groups * _plan->Units * _plan->InputBlocks;

    public readonly void Run(int from, int to)
    {
        int blocks = _plan->InputBlocks;
        for (int i = from; i < to; i++)
        {
            int groupUnit = i / blocks;
            T* target = _to + (groupUnit * _plan->StageCount);
            Block(groupUnit / _plan->Units, groupUnit % _plan->Units, i % blocks, target);
        }
    }

    /// <summary>Stages one unit, all channels.</summary>
    public readonly void Unit(int group, int unit, T* to)
    {
        for (int block = 0; block < _plan->InputBlocks; block++)
        {
            Block(group, unit, block, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Block(int group, int unit, int block, T* stage)
    {
        ref readonly ConvJob job = ref _plan->Job;
        int channel = block * V.Width;
        int channels = Math.Min(V.Width, job.Inputs - channel);
        nint plane = (nint)job.Height * job.Width;
        var extent = new WindowExtent(*_plan, unit);
        T* to = stage + (block * _plan->BlockStride);
        for (int n = 0; n < extent.Images; n++, to += extent.ImageStride)
        {
            T* x = _x + ((extent.Image + n) * job.InputImage) + ((((nint)group * job.Inputs) + channel) * plane);
            if (_plan->IsPicked)
            {
                Pick(x, channels, extent, to);
            }
            else
            {
                int first = (extent.Row * job.StrideHeight) + _plan->FirstRow;
                _stage.FillFrom(x, channels, first, ((extent.Rows - 1) * job.StrideHeight) + _plan->Rows - ((_plan->UnitRows - 1) * job.StrideHeight), to);
            }
        }
    }

    // Only the positions that a strided kernel of one tap reads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Pick(T* from, int channels, in WindowExtent extent, T* to)
    {
        ref readonly ConvJob job = ref _plan->Job;
        nint plane = (nint)job.Height * job.Width;
        T* square = stackalloc T[V.Width * V.Width];
        int width = job.OutWidth;
        for (int r = 0; r < extent.Rows; r++, to += (nint)width * V.Width)
        {
            T* row = from + ((nint)(extent.Row + r) * job.StrideHeight * job.Width);
            for (int j = 0; j < width; j += V.Width)
            {
                // The last square overlaps the one before, or reaches into the next row, which is written later.
                int at = width >= V.Width ? Math.Min(j, width - V.Width) : 0;
                T* source = row + ((nint)at * job.StrideWidth);
                nint ahead = r + AheadRows < extent.Rows ? (nint)AheadRows * job.StrideHeight * job.Width : 0;
                bool pairs = job.StrideWidth == 2 && source + ((channels - 1) * plane) + (2 * V.Width) <= _end;
                for (int c = 0; c < channels; c++, source += plane)
                {
                    T* line = square + (c * V.Width);
                    if (pairs)
                    {
                        Prefetch.Line(source + ahead);
                        Prefetch.Line(source + ahead + V.Width);
                        EvenOdd<V, T>.Even(source).Store(line);
                        continue;
                    }

                    for (int lane = 0; lane < Math.Min(V.Width, width - at); lane++)
                    {
                        line[lane] = source[(nint)lane * job.StrideWidth];
                    }
                }

                SquareTranspose<V, T>.Transpose(square, V.Width, channels, to + ((nint)at * V.Width), V.Width);
            }
        }
    }
}

/// <summary>The part of the positions that one unit is: some images whole, or a band of rows of one image.</summary>
internal readonly struct WindowExtent
{
    public WindowExtent(in WindowPlan plan, int unit)
    {
        Image = unit / plan.Bands * plan.UnitImages;
        Images = Math.Min(plan.UnitImages, plan.Job.Batch - Image);
        Row = unit % plan.Bands * plan.UnitRows;
        Rows = Math.Min(plan.UnitRows, plan.Job.OutHeight - Row);
        ImageStride = plan.ImageStride;
    }

    public int Image { get; }

    public int Images { get; }

    /// <summary>The first row of outputs.</summary>
    public int Row { get; }

    public int Rows { get; }

    public nint ImageStride { get; }
}
