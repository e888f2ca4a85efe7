using Fovea.Simd.Pooling;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>
/// How a correlation of few input channels is cut: output channels in the lanes, and the window as its planes lie, [channel][row][column],
/// padded. A tap is then a row of the kernel, whose columns are read side by side. Where a maximum over windows follows, a piece makes the
/// rows that its windows cover and writes the maxima only.
/// </summary>
internal struct ImagePlan
{
    /// <summary>With more channels than this they fill a good part of a register.</summary>
    public const int MostInputs = 7;

    // Below this many steps of a sum, transposing the outputs costs more than lanes of channels win.
    private const int FewestSteps = 100;

    // Outputs of a piece: what they take for one panel stays in the second-level cache.
    private const int MostPositions = 1024;

    // Pieces that a loop should have, for the sake of machines with many processors.
    private const int EnoughPieces = 8;

    /// <summary>The correlation.</summary>
    public ConvJob Job;

    /// <summary>The windows of the maximum that follows, or the default.</summary>
    public PoolShape Pool;
    public bool Pools;

    /// <summary>Rows and columns of the kernel, and rows from one to the next.</summary>
    public int KernelRows;
    public int KernelColumns;
    public int RowApart;

    /// <summary>Rows and columns of what is written.</summary>
    public int OutRows;
    public int OutColumns;

    /// <summary>Rows that a piece writes, pieces of an image, and panels of output channels.</summary>
    public int UnitRows;
    public int Bands;
    public int Panels;

    /// <summary>The most rows of sums that a piece makes.</summary>
    public int SumRows;

    /// <summary>Rows and columns of a channel in the window.</summary>
    public int Rows;
    public int Columns;

    public readonly int Pieces => Job.Batch * Job.Groups * Bands * Panels;

    public readonly nint StageCount => (nint)Job.Inputs * Rows * Columns;

    /// <summary>Whether a job can be computed so.</summary>
    public static bool Takes(in ConvJob job) => job.Inputs <= MostInputs && job.PatchWidth == 0 && job.StrideWidth <= 2 && Kernel(job, out _, out _, out _);

    /// <summary>Whether it should be.</summary>
    public static bool Pays(in ConvJob job, int width) => Takes(job) && job.Inputs * job.TapCount >= FewestSteps && job.Outputs * 8 >= Whole(job.Outputs, width) * 7;

    /// <summary>Numbers of one group's packed weights.</summary>
    public static nint WeightCount(in ConvJob job, int width) => (nint)job.Inputs * job.TapCount * Whole(job.Outputs, width);

    /// <summary>Plans a job that <see cref="Takes"/>.</summary>
    /// <param name="job">The correlation.</param>
    /// <param name="pool">The windows of a maximum over its outputs, or null.</param>
    /// <param name="width">Numbers in a register.</param>
    public static ImagePlan Make(in ConvJob job, PoolShape? pool, int width)
    {
        var plan = new ImagePlan { Job = job, Pool = pool ?? default, Pools = pool is not null };
        Kernel(job, out plan.KernelRows, out plan.KernelColumns, out plan.RowApart);
        plan.OutRows = pool?.OutHeight ?? job.OutHeight;
        plan.OutColumns = pool?.OutWidth ?? job.OutWidth;
        plan.Panels = (job.Outputs + (2 * width) - 1) / (2 * width);
        int few = (EnoughPieces + (job.Batch * job.Groups * plan.Panels) - 1) / (job.Batch * job.Groups * plan.Panels);
        int bands = Math.Max((plan.OutRows * plan.OutColumns + MostPositions - 1) / MostPositions, few);
        plan.UnitRows = Math.Max(1, (plan.OutRows + bands - 1) / bands);
        plan.Bands = (plan.OutRows + plan.UnitRows - 1) / plan.UnitRows;
        plan.SumRows = Math.Min(job.OutHeight, pool is { } p ? ((plan.UnitRows - 1) * p.StrideHeight) + p.KernelHeight : plan.UnitRows);
        plan.Rows = ((plan.SumRows - 1) * job.StrideHeight) + ((plan.KernelRows - 1) * plan.RowApart) + 1;
        plan.Columns = ((job.OutWidth - 1) * job.StrideWidth) + plan.KernelColumns;
        return plan;
    }

    /// <summary>The first row of sums that rows of outputs from one on need, and how many.</summary>
    public readonly (int First, int Count) Sums(int row, int rows)
    {
        if (!Pools)
        {
            return (row, rows);
        }

        int first = Math.Max(0, (row * Pool.StrideHeight) - Pool.PadHeight);
        int last = Math.Min(Job.OutHeight, ((row + rows - 1) * Pool.StrideHeight) - Pool.PadHeight + Pool.KernelHeight);
        return (first, last - first);
    }

    // A grid of taps row by row, whose columns are neighbours.
    private static unsafe bool Kernel(in ConvJob job, out int rows, out int columns, out int apart)
    {
        (rows, columns, apart) = (0, 0, 1);
        while (columns < job.TapCount && job.Taps[columns].Row == job.Taps[0].Row)
        {
            columns++;
        }

        if (columns == 0 || job.TapCount % columns != 0)
        {
            return false;
        }

        rows = job.TapCount / columns;
        apart = rows > 1 ? job.Taps[columns].Row - job.Taps[0].Row : 1;
        for (int t = 0; t < job.TapCount; t++)
        {
            if (job.Taps[t].Row != job.Taps[0].Row + (t / columns * apart) || job.Taps[t].Column != job.Taps[0].Column + (t % columns))
            {
                return false;
            }
        }

        return apart > 0;
    }

    private static int Whole(int channels, int width) => (channels + width - 1) / width * width;
}
