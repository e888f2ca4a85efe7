using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>
/// Stages the input of units as [block of channels][tap][position][channel]. As a loop of its own, piece i is one block of channels of
/// one unit of one group.
/// </summary>
internal unsafe struct ChannelInput<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ChannelPlan* _plan;
    private readonly T* _x;
    private readonly T* _end;

    /// <summary>Target of the loop: all units.</summary>
    private readonly T* _to;

    private readonly int _firstRow;
    private readonly int _firstColumn;
    private readonly int _columns;
    private readonly int _rowSpan;

    public ChannelInput(ChannelPlan* plan, T* x, T* to)
    {
        _plan = plan;
        _x = x;
        _to = to;
        ref readonly ConvJob job = ref plan->Job;
        _end = x + (job.Batch * job.InputImage);
        (_firstRow, _firstColumn, int lastRow, int lastColumn) = job.Reach;

        // Whole rows of the input are staged, also those columns that no tap reaches.
        _firstColumn = Math.Min(_firstColumn, 0);
        _rowSpan = lastRow - _firstRow + 1;
        _columns = Math.Max(((job.OutWidth - 1) * job.StrideWidth) + lastColumn + 1, job.Width) - _firstColumn;
    }

    /// <summary>Numbers that a thread needs to stage: the rows that one row of outputs reads.</summary>
    public readonly long WorkCount => _plan->Job.IsFlat || _plan->Job.PatchWidth > 0 ? 1 : Window.Count(1);

    public readonly int Pieces => _plan->Job.Groups * _plan->Units * _plan->InputBlocks;

    /// <summary>The lines that a unit will read, where they are runs of planes; otherwise none.</summary>
    public readonly ChannelInputWalk<V, T> Walk(int group, int unit) => _plan->Job.IsFlat && _plan->Job.PatchWidth == 0
        ? new(_plan->Job, _x, group, _plan->From(unit), _plan->Count(unit))
        : default;

    /// <summary>Where a unit begins in the first plane of a group, where it lies in one image.</summary>
    public readonly T* Planes(int group, int unit)
    {
        ref readonly ConvJob job = ref _plan->Job;
        (long image, long position) = Math.DivRem(_plan->From(unit), job.Positions);
        return _x + ((nint)image * job.InputImage) + ((nint)group * job.Inputs * job.Positions) + (nint)position;
    }

    private readonly ChannelStage<V, T> Window =>
        new(_plan->Job.Height, _plan->Job.Width, 0, -_firstColumn, _rowSpan, _columns, V.Width, _end);

    public readonly void Run(int from, int to)
    {
        using var work = new Scratch<T>(WorkCount);
        int blocks = _plan->InputBlocks;
        for (int i = from; i < to; i++)
        {
            int groupUnit = i / blocks;
            T* target = _to + (groupUnit * _plan->StageCount<V, T>());
            Block(groupUnit / _plan->Units, groupUnit % _plan->Units, i % blocks, work.At, target);
        }
    }

    /// <summary>Stages one unit, all channels.</summary>
    public readonly void Unit(int group, int unit, T* work, T* to)
    {
        for (int block = 0; block < _plan->InputBlocks; block++)
        {
            Block(group, unit, block, work, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Block(int group, int unit, int block, T* work, T* stage)
    {
        ref readonly ConvJob job = ref _plan->Job;
        nint tap = (nint)_plan->UnitRows * V.Width;
        T* to = stage + (block * job.TapCount * tap);
        if (job.PatchWidth > 0)
        {
            Patches(unit, block, to);
            return;
        }

        int channel = block * V.Width;
        int channels = Math.Min(V.Width, job.Inputs - channel);
        nint plane = (nint)job.Height * job.Width;
        long from = (long)unit * _plan->UnitPositions;
        long end = Math.Min(from + _plan->UnitPositions, (long)job.Batch * job.Positions);
        ChannelStage<V, T> window = Window;
        bool flat = job.IsFlat;
        while (from < end)
        {
            int image = (int)(from / job.Positions);
            int position = (int)(from % job.Positions);
            T* x = _x + (image * job.InputImage) + ((((nint)group * job.Inputs) + channel) * plane);
            int line = flat ? job.Positions : job.OutWidth;
            int count = (int)Math.Min(end - from, line - (position % line));
            if (flat)
            {
                Run(x + position, plane, channels, count, to);
            }
            else
            {
                int row = position / job.OutWidth;
                window.FillFrom(x, channels, (row * job.StrideHeight) + _firstRow, _rowSpan, work);
                Taps(work, window, position % job.OutWidth, count, to);
            }

            to += (nint)count * V.Width;
            from += count;
        }
    }

    // A register of channels is a run of one row of a patch.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Patches(int unit, int block, T* to)
    {
        ref readonly ConvJob job = ref _plan->Job;
        int perRow = job.PatchWidth / V.Width;
        int row = block / perRow % job.PatchHeight;
        int channel = block / perRow / job.PatchHeight;
        long from = (long)unit * _plan->UnitPositions;
        long end = Math.Min(from + _plan->UnitPositions, (long)job.Batch * job.Positions);
        for (; from < end; from++, to += V.Width)
        {
            int position = (int)(from % job.Positions);
            T* x = _x + ((nint)(from / job.Positions) * job.PatchImage) + (channel * job.PatchPlane);
            x += (((position / job.Width * job.PatchHeight) + row) * job.PatchLine) + ((nint)(position % job.Width) * job.PatchWidth);
            V.Load(x + (block % perRow * V.Width)).Store(to);
        }
    }

    // Positions side by side in their planes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Run(T* from, nint plane, int channels, int count, T* to)
    {
        int j = 0;
        T* last = from + ((channels - 1) * plane);
        for (; j <= count - V.Width && last + j + V.Width <= _end; j += V.Width)
        {
            SquareTranspose<V, T>.Transpose(from + j, plane, channels, to + ((nint)j * V.Width), V.Width);
        }

        for (; j < count; j++)
        {
            for (int c = 0; c < V.Width; c++)
            {
                to[(j * V.Width) + c] = c < channels ? from[(c * plane) + j] : T.Zero;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Taps(T* work, in ChannelStage<V, T> window, int column, int count, T* to)
    {
        ref readonly ConvJob job = ref _plan->Job;
        nint step = (nint)job.StrideWidth * V.Width;
        for (int t = 0; t < job.TapCount; t++, to += (nint)_plan->UnitRows * V.Width)
        {
            T* from = work + ((((nint)(job.Taps[t].Row - _firstRow) * window.Columns) + job.Taps[t].Column - _firstColumn) * V.Width) + (column * step);
            for (int j = 0; j < count; j++)
            {
                V.Load(from + (j * step)).Store(to + ((nint)j * V.Width));
            }
        }
    }
}
