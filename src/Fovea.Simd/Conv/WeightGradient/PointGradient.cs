using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// The gradient of the weights of a 1 × 1 kernel, <c>dw = Σₙ dyₙ · xₙᵀ</c>: only the operand of fewer channels is packed (which here means
/// transposed), the rows of the other are read where they lie.
/// </summary>
internal static unsafe class PointGradient<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Positions of a tile's sum: two registers of the packed operand over so many positions leave half the first-level cache free.
    private const int Depth = 256;
    private const int EnoughPieces = 16;

    // Panels of two registers, and of a dozen rows, that a piece takes: their sums and operands share the second-level cache.
    private const int BlockColumns = 4;
    private const int BlockRows = 10;

    /// <summary>Whether a shape should be computed this way.</summary>
    public static bool Takes(in ConvShape s)
    {
        int few = Math.Min(s.InChannels, s.OutChannels);
        int padded = GemmShape<V, T>.ColumnPanels(few) * GemmShape<V, T>.Columns;
        return s.Taps == 1 && s.PadHeight == 0 && s.PadWidth == 0 && s.Groups == 1 && s.InChannels % 2 == 0 && s.OutChannels % 2 == 0
            && few >= 32 && padded * 4 <= few * 5 && (long)s.Batch * s.OutHeight * s.OutWidth >= 64;
    }

    public static void Run(in ConvShape s, T* x, T* dy, T* dw)
    {
        int positions = s.OutHeight * s.OutWidth;
        nint plane = (nint)s.Height * s.Width;
        var input = new PointOperand<T> { At = x, Channels = s.InChannels, ChannelStride = plane, ImageStride = s.InChannels * plane };
        var gradient = new PointOperand<T> { At = dy, Channels = s.OutChannels, ChannelStride = positions, ImageStride = (nint)s.OutChannels * positions };

        // Fewer channels to transpose, but then the result is transposed as well, which long sums pay for. What a stride leaves is gathered while it is packed.
        long sum = (long)s.Batch * positions;
        bool skips = s.StrideHeight > 1 || s.StrideWidth > 1;
        bool turned = !skips && s.InChannels > s.OutChannels && sum * (s.InChannels - s.OutChannels) > 8L * s.InChannels * s.OutChannels;
        var plan = new PointGradientPlan<T>
        {
            Shape = s,
            Skips = skips,
            Rows = turned ? input : gradient,
            Columns = turned ? gradient : input,
            Batch = s.Batch,
            Positions = positions,
            Images = Math.Clamp(Depth / positions, 1, s.Batch),
            Cuts = Math.Max(1, (positions + (Depth / 2)) / Depth),
        };
        int units = (s.Batch + plan.Images - 1) / plan.Images;
        plan.Images = (s.Batch + units - 1) / units;
        plan.Chunks = (s.Batch + plan.Images - 1) / plan.Images * plan.Cuts;
        plan.ColumnPanels = GemmShape<V, T>.ColumnPanels(plan.Columns.Channels);
        plan.RowPanels = GemmShape<V, T>.RowPanels(plan.Rows.Channels);
        plan.ColumnBlocks = (plan.ColumnPanels + BlockColumns - 1) / BlockColumns;
        plan.Shares = Math.Clamp((EnoughPieces + plan.ColumnBlocks - 1) / plan.ColumnBlocks, 1, plan.Chunks);

        // Long sums of few channels are cut into shares, whose pieces pack for themselves; short ones of many channels are packed whole.
        bool whole = (long)plan.Shares * plan.Rows.Channels > 2 * sum;
        plan.Shares = whole ? 1 : plan.Shares;
        plan.RowBlocks = whole ? (plan.RowPanels + BlockRows - 1) / BlockRows : 1;
        plan.SumStride = (nint)plan.ColumnPanels * GemmShape<V, T>.Columns;
        bool direct = plan.Shares == 1 && !turned && plan.SumStride == plan.Columns.Channels;
        using var sums = new Scratch<T>(direct ? 1 : plan.Shares * plan.ShareCount);
        using var packed = new Scratch<T>(whole ? sum * plan.SumStride : 1);
        plan.Sums = direct ? dw : sums.At;
        if (whole)
        {
            plan.Packed = packed.At;
            var pack = new PointPackBody<V, T> { Plan = &plan };
            ParallelPool.For(ref pack, plan.Chunks * plan.ColumnPanels);
        }

        var body = new PointGradientBody<V, T> { Plan = &plan };
        ParallelPool.For(ref body, plan.Shares * plan.ColumnBlocks * plan.RowBlocks);
        if (!direct)
        {
            var collect = new PointCollectBody<V, T> { Plan = &plan, Turned = turned, To = dw };
            ParallelPool.For(ref collect, (plan.Rows.Channels + V.Width - 1) / V.Width);
        }
    }
}

/// <summary>One operand of the product: planes of some channels.</summary>
internal unsafe struct PointOperand<T>
    where T : unmanaged
{
    public T* At;
    public int Channels;
    public nint ChannelStride;
    public nint ImageStride;
}

/// <summary>How <see cref="PointGradient{V, T}"/> cuts its work; it depends on the geometry and the register width alone.</summary>
internal unsafe struct PointGradientPlan<T>
    where T : unmanaged
{
    public ConvShape Shape;
    public PointOperand<T> Rows;

    /// <summary>Whether a stride leaves out some of the positions of <see cref="Columns"/>.</summary>
    public bool Skips;

    /// <summary>The operand that is packed.</summary>
    public PointOperand<T> Columns;
    public int Batch;
    public int Positions;

    /// <summary>A chunk of the sum is some images whole, or one of so many cuts of an image.</summary>
    public int Images;
    public int Cuts;
    public int Chunks;
    public int RowPanels;
    public int ColumnPanels;
    public int RowBlocks;
    public int ColumnBlocks;

    /// <summary>Runs of chunks that are summed apart and added in order.</summary>
    public int Shares;

    /// <summary>All of the packed operand, [chunk, panel, position, column], or null where each piece packs what it needs.</summary>
    public T* Packed;

    /// <summary>[share, row, column].</summary>
    public T* Sums;
    public nint SumStride;

    /// <summary>Positions of the longest chunk.</summary>
    public readonly int Longest => (Positions + Cuts - 1) / Cuts * Images;

    public readonly nint ShareCount => Rows.Channels * SumStride;

    /// <summary>The images and positions of a chunk.</summary>
    public readonly void Chunk(int chunk, out int image, out int images, out int start, out int length)
    {
        image = chunk / Cuts * Images;
        images = Math.Min(Images, Batch - image);
        int cut = chunk % Cuts;
        start = (int)((long)Positions * cut / Cuts);
        length = (int)((long)Positions * (cut + 1) / Cuts) - start;
    }
}
