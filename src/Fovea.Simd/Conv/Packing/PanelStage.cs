using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>A run of positions that lie side by side both in a staged plane and in a panel.</summary>
internal struct PanelSegment
{
    public nint From;
    public nint To;
    public int Count;
}

/// <summary>Stages panels (<see cref="StageMode.Panels"/>): planes are padded first and then copied once per tap.</summary>
internal readonly unsafe struct PanelStage<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Ahead = 8;

    private readonly StagePlan* _plan;
    private readonly PlaneStage<V, T> _planes;

    public PanelStage(StagePlan* plan, PlaneStage<V, T> planes)
    {
        _plan = plan;
        _planes = planes;
    }

    /// <summary>Numbers that the padded planes of one channel take, room for a register beyond the last included.</summary>
    public static long PlaneCount(in StagePlan plan) => plan.Job.IsFlat ? 0 : Images(plan) * (long)plan.ImageStride + V.Width;

    /// <summary>The most segments a unit can have.</summary>
    public static int SegmentCount(in StagePlan plan)
    {
        int positions = plan.UnitTiles * 2 * V.Width;
        return positions / (plan.Job.IsFlat ? Math.Max(1, plan.Job.Positions) : plan.Job.OutWidth) + Images(plan) + plan.UnitTiles + 2;
    }

    /// <summary>Lists the segments of a unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public int Segments(int unit, PanelSegment* segments)
    {
        ref readonly StagePlan plan = ref *_plan;
        int row = plan.Job.IsFlat ? plan.Job.Positions : plan.Job.OutWidth;
        (long from, long to) = Range(plan, unit);
        int firstImage = (int)(from / plan.Job.Positions);
        int count = 0;
        for (long q = from; q < to;)
        {
            int image = (int)(q / plan.Job.Positions);
            int position = (int)(q % plan.Job.Positions);
            int lane = (int)((q - from) % (2 * V.Width));
            int run = (int)Math.Min(Math.Min(row - (position % row), (2 * V.Width) - lane), to - q);
            nint source = plan.Job.IsFlat
                ? image * plan.Job.InputImage + position
                : (image - firstImage) * plan.ImageStride + (nint)(position / row) * plan.RowLength + (position % row);
            segments[count++] = new() { From = source, To = (nint)((q - from) / (2 * V.Width)) * plan.PanelStride + lane, Count = run };
            q += run;
        }

        return count;
    }

    /// <summary>Stages one channel of a unit: <paramref name="to"/> is its first step in the first panel.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="channel">The channel's plane in the first image.</param>
    /// <param name="planes">Room for <see cref="PlaneCount"/> numbers.</param>
    /// <param name="segments">The unit's segments.</param>
    /// <param name="count">How many.</param>
    /// <param name="to">Where the channel begins in the stage.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Channel(int unit, T* channel, T* planes, PanelSegment* segments, int count, T* to)
    {
        ref readonly StagePlan plan = ref *_plan;
        if (plan.Job.IsFlat)
        {
            nint ahead = Ahead * (nint)plan.Job.Height * plan.Job.Width;
            for (int i = 0; i < count; i++)
            {
                PrefetchRun(channel + ahead + segments[i].From, segments[i].Count);
                StridedRows<V, T>.Exact(channel + segments[i].From, to + segments[i].To, segments[i].Count);
            }

            return;
        }

        Pad(unit, channel, planes);
        int taps = plan.Job.TapCount;
        for (int t = 0; t < taps; t++, to += 2 * V.Width)
        {
            T* from = planes + plan.TapOffsets[t];
            for (int i = 0; i < count; i++)
            {
                PanelSegment s = segments[i];
                if (t == taps - 1)
                {
                    // What follows is another channel's, which another thread may have written already.
                    StridedRows<V, T>.Exact(from + s.From, to + s.To, s.Count);
                    continue;
                }

                for (int j = 0; j < s.Count; j += V.Width)
                {
                    V.Load(from + s.From + j).Store(to + s.To + j);
                }
            }
        }
    }

    /// <summary>The positions of a unit, over all images.</summary>
    public static (long From, long To) Range(in StagePlan plan, int unit)
    {
        long size = (long)plan.UnitTiles * 2 * V.Width;
        return (unit * size, Math.Min((unit + 1) * size, (long)plan.Job.Batch * plan.Job.Positions));
    }

    // A unit reads a short run of each plane: the processor sees no pattern in that, so the runs are prefetched some channels ahead.
    // PrefetchingTile for what lies beyond the tensor does no harm.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchRun(T* from, int count)
    {
        if (Sse.IsSupported)
        {
            for (int j = 0; j < count; j += 64 / sizeof(T))
            {
                Sse.Prefetch0(from + j);
            }
        }
    }

    private static int Images(in StagePlan plan) => (plan.UnitTiles * 2 * V.Width - 1) / plan.Job.Positions + 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Pad(int unit, T* channel, T* planes)
    {
        ref readonly StagePlan plan = ref *_plan;
        (long from, long to) = Range(plan, unit);
        int first = (int)(from / plan.Job.Positions);
        int last = (int)((to - 1) / plan.Job.Positions);
        for (int image = first; image <= last; image++)
        {
            long start = (long)image * plan.Job.Positions;
            int row = (int)(Math.Max(from - start, 0) / plan.Job.OutWidth);
            int end = (int)((Math.Min(to - start, plan.Job.Positions) - 1) / plan.Job.OutWidth) + 1;
            T* plane = planes + (image - first) * plan.ImageStride + (nint)row * plan.RowLength;
            _planes.Plane(channel + image * plan.Job.InputImage, row, end - row, plane);
        }
    }
}
