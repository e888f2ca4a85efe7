using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Stages any block of any unit, and tells where its registers of positions lie; one for all layouts.</summary>
internal readonly unsafe struct ConvStager<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StagePlan* _plan;
    private readonly T* _x;
    private readonly PlaneStage<V, T> _planes;

    public ConvStager(StagePlan* plan, T* x, T* masks)
    {
        _plan = plan;
        _x = x;
        _planes = new(plan, x, masks);
    }

    /// <summary>What a thread needs while it stages.</summary>
    public readonly ref struct Work
    {
        private readonly Scratch<T> _planes;
        private readonly Scratch<PanelSegment> _segments;

        public Work(in StagePlan plan)
        {
            bool panels = plan.Mode == StageMode.Panels;
            _planes = new(panels ? PanelStage<V, T>.PlaneCount(plan) : 1);
            _segments = new(panels ? PanelStage<V, T>.SegmentCount(plan) : 1);
        }

        public T* Planes => _planes.At;

        public PanelSegment* Segments => _segments.At;

        public void Dispose()
        {
            _segments.Dispose();
            _planes.Dispose();
        }
    }

    /// <summary>The most registers of positions that a unit has.</summary>
    public int MostPlaces => _plan->Mode == StageMode.Panels
        ? 2 * _plan->UnitTiles
        : _plan->UnitImages * (_plan->Mode == StageMode.Rows
            ? _plan->UnitRows * ((_plan->Job.OutWidth + V.Width - 1) / V.Width)
            : ((_plan->UnitRows * _plan->Job.OutWidth) + V.Width - 1) / V.Width);

    public Work Rent() => new(*_plan);

    /// <summary>Stages channels <paramref name="first"/> … <paramref name="end"/> − 1 of the block that begins at <paramref name="channel"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Stage(int group, int unit, int channel, int first, int end, T* stage, in Work work)
    {
        ref readonly ConvJob job = ref _plan->Job;
        nint planeSize = (nint)job.Height * job.Width;
        T* x = _x + ((nint)group * job.Inputs + channel) * planeSize;
        if (_plan->Mode == StageMode.Panels)
        {
            var panels = new PanelStage<V, T>(_plan, _planes);
            int segments = panels.Segments(unit, work.Segments);
            for (int c = first; c < end; c++)
            {
                T* to = stage + (nint)c * job.TapCount * 2 * V.Width;
                panels.Channel(unit, x + c * planeSize, work.Planes, work.Segments, segments, to);
            }

            return;
        }

        (int image, int images, int row, int rows) = Extent(unit);
        for (int c = first; c < end; c++)
        {
            for (int n = 0; n < images; n++)
            {
                T* plane = x + (image + n) * job.InputImage + c * planeSize;
                _planes.Plane(plane, row, rows, stage + c * _plan->ChannelStride + n * _plan->ImageStride);
            }
        }
    }

    /// <summary>Lists the registers of positions of a unit and returns how many they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public int Places(int unit, VectorPlace* places)
    {
        int count = 0;
        ref readonly ConvJob job = ref _plan->Job;
        if (_plan->Mode == StageMode.Panels)
        {
            (long from, long to) = PanelStage<V, T>.Range(*_plan, unit);
            for (long q = from; q < to; q += V.Width, count++)
            {
                int lanes = (int)Math.Min(V.Width, to - q);
                int position = (int)(q % job.Positions);
                int side = Math.Min(lanes, job.Positions - position);
                places[count] = new()
                {
                    In = (count / 2 * _plan->PanelStride) + (count % 2 * V.Width),
                    Out = (nint)(q / job.Positions) * job.OutputImage + position,
                    Count = side,
                    Rest = lanes - side,
                };
            }

            return count;
        }

        (int image, int images, int row, int rows) = Extent(unit);
        bool whole = _plan->Mode == StageMode.Shifted;
        int line = whole ? rows * job.OutWidth : job.OutWidth;
        for (int n = 0; n < images; n++)
        {
            for (int r = 0; r < (whole ? 1 : rows); r++)
            {
                for (int p = 0; p < line; p += V.Width)
                {
                    places[count++] = new()
                    {
                        In = n * _plan->ImageStride + (nint)r * _plan->RowLength + p,
                        Out = (image + n) * job.OutputImage + (nint)(row + r) * job.OutWidth + p,
                        Count = Math.Min(V.Width, line - p),
                    };
                }
            }
        }

        return count;
    }

    private (int Image, int Images, int Row, int Rows) Extent(int unit)
    {
        int image = unit / _plan->Bands * _plan->UnitImages;
        int row = unit % _plan->Bands * _plan->UnitRows;
        return (image, Math.Min(_plan->UnitImages, _plan->Job.Batch - image), row, Math.Min(_plan->UnitRows, _plan->Job.OutHeight - row));
    }
}
