using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>How a correlation with output channels in the lanes is cut; every sum of it depends on the geometry and the register width alone.</summary>
internal unsafe struct ChannelPlan
{
    // Positions of a unit: what its products and its input take stays in the second-level cache, or near it.
    private const int MostPositions = 400;
    private const int FewPositions = 96;
    private const long UnitBytes = 640 * 1024;

    // Where the weights are larger than this they are read as few times as can be.
    private const long LargeWeights = 1 << 20;

    // Positions of a map from which on its planes may be read unpacked: in smaller ones most reads would cross a cache line.
    private const int FewestInPlanes = 400;

    private const int PageBytes = 4096;

    // Pieces that a loop should have, for the sake of machines with many processors.
    private const int EnoughPieces = 16;

    /// <summary>The correlation.</summary>
    public ConvJob Job;

    /// <summary>Positions of a unit, over all images, and how many units that makes.</summary>
    public int UnitPositions;
    public int Units;

    /// <summary>Rows that a unit's stage has: its positions, rounded up to what the tiles read.</summary>
    public int UnitRows;

    /// <summary>Registers of input channels, and panels of output channels.</summary>
    public int InputBlocks;
    public int Panels;

    /// <summary>Into how many pieces the panels are cut, and whether the pieces of a unit share its staged input.</summary>
    public int OutputBlocks;
    public bool Shares;

    /// <summary>Whether tiles read the planes of the input unpacked: units then end where images do.</summary>
    public bool Direct;

    /// <summary>Units of an image, where tiles read planes.</summary>
    public int Bands;

    /// <summary>Blocks of steps: one per register of input channels and tap.</summary>
    public readonly int StepBlocks => InputBlocks * Job.TapCount;

    /// <summary>Plans a job.</summary>
    public static ChannelPlan Make<V, T>(in ConvJob job)
        where V : unmanaged, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var plan = new ChannelPlan
        {
            Job = job,
            InputBlocks = (job.Inputs + V.Width - 1) / V.Width,
            Panels = (job.Outputs + (2 * V.Width) - 1) / (2 * V.Width),
        };
        long all = (long)job.Batch * job.Positions;
        long depth = (long)plan.StepBlocks * V.Width * sizeof(T);
        bool large = depth * job.Outputs > LargeWeights;
        long most = large ? MostPositions : Math.Clamp(UnitBytes / depth, FewPositions, MostPositions);
        plan.Units = (int)((all + most - 1) / most);
        if (plan.Units is > 1 and < EnoughPieces && all >= (long)FewPositions * EnoughPieces)
        {
            plan.Units = EnoughPieces;
        }

        // Few units are shared evenly where their number is a multiple of the threads'.
        plan.Units = plan.Units is > EnoughPieces and < 4 * EnoughPieces ? (plan.Units + 3) / 4 * 4 : plan.Units;
        plan.UnitPositions = Whole((int)((all + plan.Units - 1) / plan.Units), plan.Units, V.Width);
        plan.Units = (int)((all + plan.UnitPositions - 1) / plan.UnitPositions);
        plan.Direct = ReadsPlanes<T>(job, V.Width);
        if (plan.Direct)
        {
            plan.UnitPositions = Math.Min(plan.UnitPositions, job.Positions);
            plan.Bands = (job.Positions + plan.UnitPositions - 1) / plan.UnitPositions;
            plan.Units = plan.Bands * job.Batch;
        }

        int panels = GemmShape<V, T>.RowPanels(plan.UnitPositions);
        plan.UnitRows = GemmShape<V, T>.RowStart(plan.UnitPositions, panels, panels);
        int pieces = plan.Units * job.Groups;
        plan.OutputBlocks = 1;
        if (pieces < EnoughPieces && pieces * plan.UnitRows * depth <= CacheSizes.Shared)
        {
            plan.OutputBlocks = Math.Min(plan.Panels, (EnoughPieces + pieces - 1) / pieces);
            plan.Shares = !plan.Direct;
        }

        return plan;
    }

    /// <summary>Positions that are finished at a time: the least that are whole tiles and whole squares.</summary>
    public static int Group<V, T>()
        where V : unmanaged, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => 3 * V.Width;

    /// <summary>The first position of a unit, over all images.</summary>
    public readonly long From(int unit) => Direct ? ((long)(unit / Bands) * Job.Positions) + ((long)(unit % Bands) * UnitPositions) : (long)unit * UnitPositions;

    /// <summary>Positions of a unit, of which the last may have fewer.</summary>
    public readonly int Count(int unit) => Direct
        ? Math.Min(UnitPositions, Job.Positions - (unit % Bands * UnitPositions))
        : (int)Math.Min(UnitPositions, ((long)Job.Batch * Job.Positions) - ((long)unit * UnitPositions));

    // Staging pays where many outputs share it, or where the second-level cache has room for what is staged beside what it is made from. Planes a multiple of a page apart lie in
    // the same few sets of the first-level cache, which then holds nothing until it is read again. Tiles of an even number of rows must not reach beyond a plane.
    private static bool ReadsPlanes<T>(in ConvJob job, int width)
        where T : unmanaged =>
        job.IsFlat && job.PatchWidth == 0 && job.Outputs <= job.Inputs && job.Inputs % width == 0
        && job.Positions % 2 == 0 && job.Positions >= FewestInPlanes
        && CacheSizes.SecondLevel < 2 * UnitBytes && job.Positions * (long)sizeof(T) % PageBytes != 0;

    // Units begin where a register of positions does, and hold whole groups where a unit more or less does not matter.
    private static int Whole(int positions, int units, int width) =>
        units == 1 ? positions
        : units < 8 ? (positions + width - 1) / width * width
        : Math.Max(1, (positions + (3 * width / 2)) / (3 * width)) * 3 * width;

    /// <summary>Numbers of a staged unit.</summary>
    public readonly nint StageCount<V, T>()
        where V : unmanaged, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (nint)StepBlocks * UnitRows * V.Width;
}
