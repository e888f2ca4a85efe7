using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>
/// How a correlation is cut whose units stage a window of the input with the channels innermost; every sum of it depends on the
/// geometry and the register width alone.
/// </summary>
internal unsafe struct WindowPlan
{
    // A unit's window shares a second-level cache of 1 MiB with weights and products.
    private const long UnitBytes = 560 * 1024;
    private const int MostPositions = 400;

    // Weights of a visit: they stay in the first-level cache beside the window's part under them.
    private const int VisitBytes = 32 * 1024;

    // Pieces that a loop should have, for the sake of machines with many processors.
    private const int EnoughPieces = 16;

    // With narrower rows the multipliers would starve.
    private const int NarrowestRow = 4;

    /// <summary>The correlation.</summary>
    public ConvJob Job;

    /// <summary>Images and rows of outputs of a unit; one of them is all there is.</summary>
    public int UnitImages;
    public int UnitRows;
    public int Bands;
    public int Units;

    /// <summary>Whether the window holds only what the outputs read, position by position: a kernel of one tap.</summary>
    public bool IsPicked;

    /// <summary>The first tap of the kernel, as a place relative to what the output reads.</summary>
    public int FirstRow;
    public int FirstColumn;

    /// <summary>Rows and columns of one image in the window, and columns from one output to the next.</summary>
    public int Rows;
    public int Columns;
    public int Stride;

    /// <summary>Numbers from one image and from one block of channels of the window to the next.</summary>
    public nint ImageStride;
    public nint BlockStride;

    /// <summary>Registers of input channels, of which a visit takes some, and panels of output channels.</summary>
    public int InputBlocks;
    public int VisitBlocks;
    public int Panels;

    /// <summary>Into how many pieces the panels are cut, and whether the pieces of a unit share its window.</summary>
    public int OutputBlocks;
    public bool Shares;

    /// <summary>Numbers of a window.</summary>
    public readonly nint StageCount => InputBlocks * BlockStride;

    /// <summary>Outputs of a whole unit.</summary>
    public readonly int UnitPositions => UnitImages * UnitRows * Job.OutWidth;

    /// <summary>Whether a job should be computed this way rather than from a copy of the input for each tap.</summary>
    public static bool Takes(in ConvJob job) =>
        job.PatchWidth == 0 && job.OutWidth >= NarrowestRow
        && (job.TapCount > 1 ? job.StrideWidth <= 2 && !job.IsSpread : job.StrideWidth > 1 || job.StrideHeight > 1);

    /// <summary>Plans a job.</summary>
    public static WindowPlan Make<V, T>(in ConvJob job)
        where V : unmanaged, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var plan = new WindowPlan
        {
            Job = job,
            InputBlocks = (job.Inputs + V.Width - 1) / V.Width,
            Panels = (job.Outputs + (2 * V.Width) - 1) / (2 * V.Width),
        };
        (int reach, int down) = plan.Frame();
        long line = (long)plan.Columns * plan.InputBlocks * V.Width * sizeof(T);
        plan.Cut(line, reach, down);
        plan.Rows = ((plan.UnitRows - 1) * down) + reach;
        plan.ImageStride = (nint)plan.Rows * plan.Columns * V.Width;

        // Transposed squares may be written beyond the last row.
        plan.BlockStride = (plan.UnitImages * plan.ImageStride) + (V.Width * V.Width);
        int visit = 2 * V.Width * V.Width * job.TapCount * sizeof(T);
        plan.VisitBlocks = Math.Clamp(VisitBytes / visit, 1, plan.InputBlocks);
        int pieces = plan.Units * job.Groups;
        plan.OutputBlocks = 1;
        if (pieces < EnoughPieces && pieces * (long)plan.StageCount * sizeof(T) <= CacheSizes.Shared)
        {
            plan.OutputBlocks = Math.Min(plan.Panels, (EnoughPieces + pieces - 1) / pieces);
            plan.Shares = true;
        }

        return plan;
    }

    /// <summary>How far each tap lies from the first number that an output reads.</summary>
    public readonly void Offsets(int width, nint* to)
    {
        for (int t = 0; t < Job.TapCount; t++)
        {
            to[t] = IsPicked ? 0 : (((nint)(Job.Taps[t].Row - FirstRow) * Columns) + Job.Taps[t].Column - FirstColumn) * width;
        }
    }

    // Rows that an output reaches over, and rows from one output to the next, in the window.
    private (int Reach, int Down) Frame()
    {
        (FirstRow, FirstColumn, int lastRow, int lastColumn) = Job.Reach;
        IsPicked = Job.TapCount == 1 && FirstRow == 0 && FirstColumn == 0
            && (Job.OutHeight - 1) * Job.StrideHeight < Job.Height && (Job.OutWidth - 1) * Job.StrideWidth < Job.Width;
        if (IsPicked)
        {
            (Columns, Stride) = (Job.OutWidth, 1);
            return (1, 1);
        }

        // Whole rows of the input are staged, also those columns that no tap reaches.
        FirstColumn = Math.Min(FirstColumn, 0);
        Columns = Math.Max(((Job.OutWidth - 1) * Job.StrideWidth) + lastColumn + 1, Job.Width) - FirstColumn;
        Stride = Job.StrideWidth;
        return (lastRow - FirstRow + 1, Job.StrideHeight);
    }

    private void Cut(long line, int reach, int down)
    {
        long most = Math.Max(1, Math.Min(((UnitBytes / line) - reach) / down + 1, MostPositions / Job.OutWidth));
        if (most >= Job.OutHeight)
        {
            long image = (((Job.OutHeight - 1L) * down) + reach) * line;
            int images = (int)Math.Clamp(Math.Min(UnitBytes / image, MostPositions / Job.Positions), 1, Job.Batch);
            int units = (Job.Batch + images - 1) / images;
            UnitImages = (Job.Batch + units - 1) / units;
            UnitRows = Job.OutHeight;
        }
        else
        {
            int bands = (int)((Job.OutHeight + most - 1) / most);
            UnitImages = 1;
            UnitRows = (Job.OutHeight + bands - 1) / bands;
        }

        Bands = (Job.OutHeight + UnitRows - 1) / UnitRows;
        Units = (Job.Batch + UnitImages - 1) / UnitImages * Bands;
    }
}
