using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// The gradient of the weights as sums of outer products over positions: output channels down the tile, input channels across its
/// registers, one tile per tap. The tile is that of matrix products, the sums never leave it over hundreds of positions, and a stride
/// costs nothing.
/// </summary>
internal static unsafe class WeightOuter<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Positions of a unit, and of a tile's sum: 12 channels of the gradient and two registers of input over 256 positions share the
    // first-level cache.
    private const int UnitPositions = 1024;
    private const int Depth = 256;
    private const int StageBytes = 320 * 1024;
    private const int EnoughPieces = 16;

    /// <summary>Whether a shape should be computed this way: its channels fill registers at least by half.</summary>
    public static bool Takes(in ConvShape s) =>
        typeof(T) == typeof(float) && V.Width >= 8 && s.GroupInputs * 2 >= V.Width && s.GroupOutputs >= 4;

    public static void Run(in ConvShape s, T* x, T* dy, T* dw)
    {
        int positions = s.OutHeight * s.OutWidth;
        int registers = (s.GroupInputs + V.Width - 1) / V.Width;

        // Where blocks of channels make pieces enough, images need not.
        int share = s.Groups * registers >= 2 * EnoughPieces ? 1 : EnoughPieces;
        int images = Math.Clamp(UnitPositions / 2 / positions, 1, Math.Max(1, s.Batch / share));
        int rows = positions <= UnitPositions ? s.OutHeight : Math.Max(1, UnitPositions / s.OutWidth);
        int bands = (s.OutHeight + rows - 1) / rows;
        rows = (s.OutHeight + bands - 1) / bands;

        // As many channels at a time as the cache takes, in registers and evenly.
        var one = new ChannelStage<V, T>(s, x, V.Width, rows);
        int most = (int)Math.Clamp(StageBytes / (one.ImageStride * images * sizeof(T)), 1, registers);
        most = share == 1 ? Math.Clamp(s.Groups * registers / EnoughPieces, 1, most) : most;
        int blocks = (registers + most - 1) / most;
        int perBlock = (registers + blocks - 1) / blocks;
        var plan = new WeightOuterPlan
        {
            Shape = s,
            UnitImages = images,
            UnitRows = rows,
            Bands = bands,
            Units = (s.Batch + images - 1) / images * bands,
            Blocks = blocks,
            BlockChannels = perBlock * V.Width,
            Depth = Depth,
        };
        plan.Shares = Math.Clamp((EnoughPieces + (s.Groups * blocks) - 1) / (s.Groups * blocks), 1, plan.Units);
        var stage = new ChannelStage<V, T>(s, x, plan.BlockChannels, rows);
        using var offsets = new Scratch<nint>((long)images * rows * s.OutWidth);
        using var sums = new Scratch<T>(plan.Shares * plan.ShareCount);
        nint* at = offsets.At;
        for (int i = 0; i < images * rows * s.OutWidth; i++)
        {
            *at++ = stage.Offset(i / (rows * s.OutWidth), i / s.OutWidth % rows, i % s.OutWidth);
        }

        var body = new WeightOuterBody<V, T> { Plan = &plan, Stage = stage, X = x, Dy = dy, Offsets = offsets.At, Sums = sums.At };
        ParallelPool.For(ref body, s.Groups * blocks * plan.Shares);
        var collect = new WeightOuterCollect<V, T> { Plan = &plan, Sums = sums.At, To = dw };
        ParallelPool.For(ref collect, s.OutChannels, Math.Max(1, 2048 / (s.GroupInputs * s.Taps)));
    }
}

/// <summary>How <see cref="WeightOuter{V, T}"/> cuts its work; it depends on the geometry and the register width alone.</summary>
internal struct WeightOuterPlan
{
    public ConvShape Shape;

    /// <summary>Images and output rows of a unit; one of them is all there is.</summary>
    public int UnitImages;
    public int UnitRows;
    public int Bands;
    public int Units;

    /// <summary>Blocks of input channels, and channels of a block (a multiple of the register).</summary>
    public int Blocks;
    public int BlockChannels;

    /// <summary>Positions between two visits of the sums.</summary>
    public int Depth;

    /// <summary>Runs of units that are summed apart and added in order.</summary>
    public int Shares;

    public readonly int PaddedOutputs => (Shape.GroupOutputs + 1) / 2 * 2;

    /// <summary>Sums per output channel in a block: [tap, channel].</summary>
    public readonly nint RowCount => (nint)Shape.Taps * BlockChannels;

    /// <summary>Numbers of one share, [group, block, output, tap, channel].</summary>
    public readonly nint ShareCount => (nint)Shape.Groups * Blocks * PaddedOutputs * RowCount;
}
