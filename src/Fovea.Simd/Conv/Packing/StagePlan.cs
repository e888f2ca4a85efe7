using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>The layout of the staged input, and the cut of the work. It depends on the geometry and the register width alone.</summary>
/// <remarks>
/// Rows and Shifted: [channel, row phase, copy, image, row, column]. Step k = (channel, tap) of a sum reads at
/// <c>Offsets[k]</c> from where the register of positions begins. Panels: [tile, channel, tap, 2 · width].
/// </remarks>
internal unsafe struct StagePlan
{
    // What one thread stages at a time should stay in a second-level cache of 1 MiB beside weights and results. Fixed, as is
    // the next: sums are added up in such pieces.
    private const int StageBytes = 320 * 1024;

    // Steps of a sum between two visits of the result: the weights of a tile stay in the first-level cache.
    private const int BlockDepth = 288;

    public StageMode Mode;
    public ConvJob Job;

    /// <summary>Channels staged at a time.</summary>
    public int BlockChannels;

    /// <summary>The distinct residues of the taps' rows modulo the stride.</summary>
    public int RowPhases;
    public int* RowPhase;

    /// <summary>The least row shift, in strides, and how far the greatest lies above it.</summary>
    public int FirstRow;
    public int RowSpan;

    /// <summary>The copies, each by the input column of its first number.</summary>
    public int Copies;
    public int* CopyColumn;

    /// <summary>Numbers per staged row.</summary>
    public int RowLength;

    /// <summary>Where each tap reads, relative to a position: in the planes, whatever the mode.</summary>
    public nint* TapOffsets;

    /// <summary>Where each step (channel, tap) of a block reads.</summary>
    public nint* Offsets;

    /// <summary>Rows and Shifted: images and output rows of one unit, and how many units that makes.</summary>
    public int UnitImages;
    public int UnitRows;
    public int Bands;

    /// <summary>Panels: tiles of one unit.</summary>
    public int UnitTiles;
    public int Units;

    /// <summary>Numbers from one staged copy, image, channel and panel to the next.</summary>
    public nint CopyStride;
    public nint ImageStride;
    public nint ChannelStride;
    public nint PanelStride;

    public readonly int StagedRows => UnitRows + RowSpan;

    public readonly int Blocks => (Job.Inputs + BlockChannels - 1) / BlockChannels;

    /// <summary>Numbers that one block of one unit takes.</summary>
    public readonly nint StageCount => Mode == StageMode.Panels ? UnitTiles * PanelStride : BlockChannels * ChannelStride;

    /// <summary>Room for the tables of a plan, in numbers of native size.</summary>
    public static long TableCount(int taps) => 4L * taps + Math.Max(BlockDepth, taps) + 8;

    /// <summary>Lays the stage out for registers of <paramref name="width"/> numbers of <paramref name="size"/> bytes.</summary>
    /// <param name="job">The correlation; it has at least one tap, channel, image and position.</param>
    /// <param name="mode">The layout.</param>
    /// <param name="width">Numbers in a register.</param>
    /// <param name="size">Bytes of a number.</param>
    /// <param name="tables">Room for <see cref="TableCount"/> numbers, which must live as long as the plan.</param>
    public static StagePlan Make(in ConvJob job, StageMode mode, int width, int size, nint* tables)
    {
        var plan = new StagePlan { Mode = mode, Job = job };
        plan.Start(tables);
        plan.BlockChannels = plan.BalancedChannels(BlockDepth / job.TapCount);
        plan.Cut(width, size, Math.Max(1, job.Batch / 48));
        return plan;
    }

    /// <summary>As <see cref="Make"/>, for the gradient of the weights.</summary>
    /// <remarks>
    /// A unit should hold some 64 registers of positions: fewer, and adding up lanes at the end of each tile would tell; more, and
    /// the operands of a tile would not fit the first-level cache. For that, small maps take many images and fewer channels at a time.
    /// </remarks>
    public static StagePlan MakeForWeights(in ConvJob job, int width, int size, nint* tables)
    {
        var plan = new StagePlan { Mode = ByPlanes(job, width), Job = job };
        plan.Start(tables);
        int registers = (job.Positions + width - 1) / width;
        plan.UnitImages = Math.Clamp((64 + (registers / 2)) / registers, 1, job.Batch);
        nint image = (nint)plan.RowPhases * plan.Copies * (job.OutHeight + plan.RowSpan) * plan.RowLength * size;
        long channels = StageBytes / (image * plan.UnitImages);

        // Sixes of steps, as many as a tile takes.
        int step = 6 / (int)BigInteger.GreatestCommonDivisor(6, job.TapCount);
        int most = (int)Math.Clamp(channels, 1, Math.Max(1, BlockDepth / job.TapCount));
        plan.BlockChannels = Math.Min(most, (plan.BalancedChannels(most) + step - 1) / step * step);
        plan.UnitRows = job.OutHeight;
        if (registers > 96)
        {
            // A large map is cut into bands of whole registers.
            int rows = width / (int)BigInteger.GreatestCommonDivisor(width, job.OutWidth);
            plan.UnitRows = Math.Min(job.OutHeight, Math.Max(rows, 64 * width / job.OutWidth / rows * rows));
        }

        plan.Arrange(width);
        return plan;
    }

    /// <summary>As <see cref="Make"/>, for one plane at a time, whole.</summary>
    public static StagePlan MakeForPlanes(in ConvJob job, int width, nint* tables)
    {
        var plan = new StagePlan { Mode = StageMode.Rows, Job = job, BlockChannels = 1, UnitImages = 1, UnitRows = job.OutHeight };
        plan.Start(tables);
        plan.Arrange(width);
        return plan;
    }

    /// <summary>Rows or Shifted, whichever writes fewer registers.</summary>
    public static StageMode ByPlanes(in ConvJob job, int width)
    {
        if (job.OutWidth % width != 0)
        {
            return StageMode.Shifted;
        }

        int first = int.MaxValue;
        int last = int.MinValue;
        int shifts = 0;
        int phases = 0;
        for (int t = 0; t < job.TapCount; t++)
        {
            (int column, int phase) = FloorDivision.Divide(job.Taps[t].Column, job.StrideWidth);
            first = Math.Min(first, column);
            last = Math.Max(last, column);
            bool newShift = true;
            bool newPhase = true;
            for (int earlier = 0; earlier < t; earlier++)
            {
                newShift &= job.Taps[earlier].Column != job.Taps[t].Column;
                newPhase &= FloorDivision.Divide(job.Taps[earlier].Column, job.StrideWidth).Remainder != phase;
            }

            shifts += newShift ? 1 : 0;
            phases += newPhase ? 1 : 0;
        }

        int line = job.OutWidth / width;
        return phases * ((job.OutWidth + last - first + width - 1) / width) <= shifts * line ? StageMode.Rows : StageMode.Shifted;
    }

    private readonly int BalancedChannels(int most)
    {
        int blocks = (Job.Inputs + Math.Max(1, most) - 1) / Math.Max(1, most);
        return (Job.Inputs + blocks - 1) / blocks;
    }

    private void Start(nint* tables)
    {
        TapOffsets = tables;
        Offsets = tables + Job.TapCount;
        RowPhase = (int*)(Offsets + Math.Max(BlockDepth, Job.TapCount));
        CopyColumn = RowPhase + Job.TapCount;
        FindRows();
        FindCopies();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void FindRows()
    {
        int last = int.MinValue;
        FirstRow = int.MaxValue;
        for (int t = 0; t < Job.TapCount; t++)
        {
            (int row, int phase) = FloorDivision.Divide(Job.Taps[t].Row, Job.StrideHeight);
            FirstRow = Math.Min(FirstRow, row);
            last = Math.Max(last, row);
            RowPhases = Add(RowPhase, RowPhases, phase);
        }

        RowSpan = last - FirstRow;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void FindCopies()
    {
        if (Mode == StageMode.Shifted)
        {
            for (int t = 0; t < Job.TapCount; t++)
            {
                Copies = Add(CopyColumn, Copies, Job.Taps[t].Column);
            }

            RowLength = Job.OutWidth;
            return;
        }

        int first = int.MaxValue;
        int last = int.MinValue;
        for (int t = 0; t < Job.TapCount; t++)
        {
            int column = FloorDivision.Divide(Job.Taps[t].Column, Job.StrideWidth).Quotient;
            first = Math.Min(first, column);
            last = Math.Max(last, column);
        }

        for (int t = 0; t < Job.TapCount; t++)
        {
            int phase = FloorDivision.Divide(Job.Taps[t].Column, Job.StrideWidth).Remainder;
            Copies = Add(CopyColumn, Copies, (first * Job.StrideWidth) + phase);
        }

        RowLength = Job.OutWidth + last - first;
    }

    private void Cut(int width, int size, int mostImages)
    {
        int rows = Mode == StageMode.Panels ? Job.OutHeight : Band(width, size);
        nint image = (nint)RowPhases * Copies * (rows + RowSpan) * RowLength;
        UnitRows = rows;
        UnitImages = rows < Job.OutHeight ? 1 : (int)Math.Clamp(StageBytes / 2 / (image * BlockChannels * size), 1, mostImages);
        Arrange(width);
        if (Mode == StageMode.Panels)
        {
            CutPanels(width, size);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Arrange(int width)
    {
        Bands = (Job.OutHeight + UnitRows - 1) / UnitRows;
        Units = (Job.Batch + UnitImages - 1) / UnitImages * Bands;

        // Images inside copies: what one tap reads over all images lies nearly side by side. Each copy ends with room for a register,
        // which the last row may be written beyond. Panels pad any number of images and keep each together.
        ImageStride = (nint)StagedRows * RowLength;
        CopyStride = ImageStride * UnitImages;
        if (Mode == StageMode.Panels)
        {
            CopyStride = ImageStride + width;
            ImageStride = CopyStride * RowPhases * Copies;
        }
        else
        {
            CopyStride += width;
        }

        // An odd number of cache lines between channels spreads them over the sets of the cache; the last register may read past the end.
        ChannelStride = (((RowPhases * Copies * CopyStride) + width) / 16 * 16) + 16;
        ChannelStride += ChannelStride / 16 % 2 == 0 ? 16 : 0;
        for (int t = 0; t < Job.TapCount; t++)
        {
            TapOffsets[t] = PlaneOffset(Job.Taps[t]);
        }

        nint* offset = Offsets;
        for (int c = 0; c < BlockChannels; c++)
        {
            for (int t = 0; t < Job.TapCount; t++)
            {
                *offset++ = (c * ChannelStride) + TapOffsets[t];
            }
        }
    }

    private readonly int Band(int width, int size)
    {
        // Whole registers per band waste no lanes.
        int step = Mode == StageMode.Rows ? 1 : width / (int)BigInteger.GreatestCommonDivisor(width, Job.OutWidth);
        nint rowBytes = (nint)BlockChannels * RowPhases * Copies * RowLength * size;
        int rows = (int)Math.Clamp((StageBytes / rowBytes) - RowSpan, 1, Job.OutHeight);
        rows = rows >= Job.OutHeight ? Job.OutHeight : Math.Min(Job.OutHeight, Math.Max(step, rows / step * step));

        // With few images, smaller bands give the threads something to share.
        while ((long)Job.Batch * Job.Groups * ((Job.OutHeight + rows - 1) / rows) < 16 && rows > step && rows * Job.OutWidth > 8 * width)
        {
            rows = Math.Max(step, (rows + 1) / 2 / step * step);
        }

        return rows;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void CutPanels(int width, int size)
    {
        long tiles = (((long)Job.Batch * Job.Positions) + (2 * width) - 1) / (2 * width);
        PanelStride = ((nint)BlockChannels * Job.TapCount * 2 * width) + width;
        long most = Math.Clamp(StageBytes / (PanelStride * size), 1, 16);

        // Weights beyond the second-level cache stream past once per unit: two tiles at a time halve that.
        long weights = (long)Job.Outputs * Job.Inputs * Job.TapCount * size;
        UnitTiles = (int)Math.Min(most, Math.Max(tiles / 16, weights > StageBytes ? 2 : 1));
        Units = (int)((tiles + UnitTiles - 1) / UnitTiles);
        for (int k = 0; k < BlockChannels * Job.TapCount; k++)
        {
            Offsets[k] = (nint)k * 2 * width;
        }
    }

    // Where a tap lies in a staged plane.
    private readonly nint PlaneOffset(KernelTap tap)
    {
        (int row, int rowPhase) = FloorDivision.Divide(tap.Row, Job.StrideHeight);
        (int column, int columnPhase) = FloorDivision.Divide(tap.Column, Job.StrideWidth);
        int phase = new ReadOnlySpan<int>(RowPhase, RowPhases).IndexOf(rowPhase);
        int copy;
        if (Mode == StageMode.Shifted)
        {
            copy = new ReadOnlySpan<int>(CopyColumn, Copies).IndexOf(tap.Column);
            column = 0;
        }
        else
        {
            int first = FloorDivision.Divide(CopyColumn[0], Job.StrideWidth).Quotient;
            column -= first;
            copy = new ReadOnlySpan<int>(CopyColumn, Copies).IndexOf((first * Job.StrideWidth) + columnPhase);
        }

        return ((((nint)phase * Copies) + copy) * CopyStride) + ((nint)(row - FirstRow) * RowLength) + column;
    }

    private static int Add(int* list, int count, int value)
    {
        if (!new ReadOnlySpan<int>(list, count).Contains(value))
        {
            list[count++] = value;
        }

        return count;
    }
}
