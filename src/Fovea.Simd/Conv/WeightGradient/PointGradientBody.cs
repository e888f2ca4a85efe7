using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Packs all of the operand of fewer channels: piece i is one panel of one chunk.</summary>
internal unsafe struct PointPackBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Short runs of rows of every second plane: the processor sees no pattern, so they are prefetched some channels ahead.
    private const int ChannelsAhead = 4;

    public PointGradientPlan<T>* Plan;

    public readonly void Run(int from, int to)
    {
        using var gathered = new Scratch<T>(GatherCount(*Plan));
        for (int i = from; i < to; i++)
        {
            int chunk = i / Plan->ColumnPanels;
            Plan->Chunk(chunk, out int image, out int images, out int start, out int length);
            T* target = Plan->Packed + (((nint)image * Plan->Positions) + start) * Plan->SumStride;
            int panel = i % Plan->ColumnPanels;
            Panel(*Plan, chunk, panel, target + ((nint)panel * images * length * GemmShape<V, T>.Columns), gathered.At);
        }
    }

    /// <summary>Numbers that positions take which are brought side by side first.</summary>
    public static long GatherCount(in PointGradientPlan<T> plan) =>
        plan.Skips ? (GemmShape<V, T>.Columns * (long)plan.Longest) + (2 * V.Width) : 1;

    /// <summary>Packs one panel of one chunk.</summary>
    public static void Panel(in PointGradientPlan<T> plan, int chunk, int panel, T* to, T* gathered)
    {
        plan.Chunk(chunk, out int image, out int images, out int start, out int length);
        int width = GemmShape<V, T>.Columns;
        int columns = Math.Min(width, plan.Columns.Channels - (panel * width));
        T* from = plan.Columns.At + (image * plan.Columns.ImageStride) + (panel * width * plan.Columns.ChannelStride);
        for (int n = 0; n < images; n++, from += plan.Columns.ImageStride, to += (nint)length * width)
        {
            if (plan.Skips)
            {
                for (int c = 0; c < columns; c++)
                {
                    Gather(plan, from + (c * plan.Columns.ChannelStride), start, length, gathered + ((nint)c * length));
                }

                GemmPacking<V, T>.PackRows(false, gathered, length, columns, width, length, to);
            }
            else
            {
                GemmPacking<V, T>.PackRows(false, from + start, plan.Columns.ChannelStride, columns, width, length, to);
            }
        }
    }

    // Positions that a stride leaves, one row of the plane after the other; what is written beyond a row is overwritten by the next.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Gather(in PointGradientPlan<T> plan, T* plane, int start, int length, T* to)
    {
        ref readonly ConvShape s = ref plan.Shape;
        T* last = plan.Columns.At + s.InputCount - (2 * V.Width);
        nint ahead = ChannelsAhead * plan.Columns.ChannelStride;
        int outWidth = s.OutWidth;
        int column = start % outWidth;
        T* row = plane + ((nint)(start / outWidth) * s.StrideHeight * s.Width);
        for (int done = 0; done < length; row += (nint)s.StrideHeight * s.Width, column = 0)
        {
            int run = Math.Min(outWidth - column, length - done);
            T* source = row + ((nint)column * s.StrideWidth);
            int j = 0;
            if (s.StrideWidth == 2)
            {
                for (; j < run && source + (2 * j) <= last; j += V.Width)
                {
                    Prefetch.Line(source + ahead + (2 * j));
                    Prefetch.Line(source + ahead + (2 * j) + V.Width);
                    EvenOdd<V, T>.Even(source + (2 * j)).Store(to + done + j);
                }
            }

            for (; j < run; j++)
            {
                to[done + j] = source[(nint)j * s.StrideWidth];
            }

            done += run;
        }
    }
}

/// <summary>Multiplies: piece i is one block of rows and of columns, over one share of the chunks.</summary>
internal unsafe struct PointGradientBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Panels of rows that stay in the second-level cache while panels of columns pass by.
    private const int RowsAtATime = 20;

    public PointGradientPlan<T>* Plan;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int width = GemmShape<V, T>.Columns;
        int most = (Plan->ColumnPanels + Plan->ColumnBlocks - 1) / Plan->ColumnBlocks;
        using var own = new Scratch<T>(Plan->Packed is null ? (long)most * width * Plan->Longest : 1);
        using var gathered = new Scratch<T>(Plan->Packed is null ? PointPackBody<V, T>.GatherCount(*Plan) : 1);
        for (int i = from; i < to; i++)
        {
            int rowBlock = i % Plan->RowBlocks;
            int columnBlock = i / Plan->RowBlocks % Plan->ColumnBlocks;
            int share = i / Plan->RowBlocks / Plan->ColumnBlocks;
            int firstColumn = (int)((long)Plan->ColumnPanels * columnBlock / Plan->ColumnBlocks);
            int endColumn = (int)((long)Plan->ColumnPanels * (columnBlock + 1) / Plan->ColumnBlocks);
            int firstRow = (int)((long)Plan->RowPanels * rowBlock / Plan->RowBlocks);
            int endRow = (int)((long)Plan->RowPanels * (rowBlock + 1) / Plan->RowBlocks);
            int first = (int)((long)Plan->Chunks * share / Plan->Shares);
            int end = (int)((long)Plan->Chunks * (share + 1) / Plan->Shares);
            T* sums = Plan->Sums + share * Plan->ShareCount;
            for (int chunk = first; chunk < end; chunk++)
            {
                Plan->Chunk(chunk, out int image, out int images, out int start, out int length);
                nint panel = (nint)images * length * width;
                T* packed = own.At;
                if (Plan->Packed is not null)
                {
                    packed = Plan->Packed + ((((nint)image * Plan->Positions) + start) * Plan->SumStride) + firstColumn * panel;
                }
                else
                {
                    for (int q = firstColumn; q < endColumn; q++)
                    {
                        PointPackBody<V, T>.Panel(*Plan, chunk, q, packed + (q - firstColumn) * panel, gathered.At);
                    }
                }

                for (int row = firstRow; row < endRow; row += RowsAtATime)
                {
                    Multiply(chunk, row, Math.Min(endRow, row + RowsAtATime), firstColumn, endColumn, packed, sums, chunk > first);
                }
            }
        }
    }

    // Columns outside, rows inside: a panel of columns stays in the first-level cache over all rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Multiply(int chunk, int firstRow, int endRow, int firstColumn, int endColumn, T* packed, T* sums, bool adds)
    {
        int width = GemmShape<V, T>.Columns;
        ref readonly PointOperand<T> rows = ref Plan->Rows;
        Plan->Chunk(chunk, out int image, out int images, out int start, out int length);
        T* from = rows.At + (image * rows.ImageStride) + start;
        for (int q = firstColumn; q < endColumn; q++, packed += (nint)images * length * width)
        {
            for (int p = firstRow; p < endRow; p++)
            {
                int row = GemmShape<V, T>.RowStart(rows.Channels, Plan->RowPanels, p);
                int height = GemmShape<V, T>.RowStart(rows.Channels, Plan->RowPanels, p + 1) - row;
                T* c = sums + (row * Plan->SumStride) + (q * width);
                if (q == firstColumn)
                {
                    PrefetchRows(from + ((row + height) * rows.ChannelStride), rows.ChannelStride, length);
                }

                RowTiles<V, T, PackedWalk>.Run(
                    height, images, length, from + (row * rows.ChannelStride), rows.ChannelStride, rows.ImageStride, packed, null, c, Plan->SumStride, adds);
            }
        }
    }

    // The rows of the next panel, which come from afar the first time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchRows(T* from, nint stride, int length)
    {
        for (int r = 0; r < GemmShape<V, T>.MaxRows; r++, from += stride)
        {
            for (int i = 0; i < length; i += 64 / sizeof(T))
            {
                Prefetch.ToSecondLevel(from + i);
            }
        }
    }
}

/// <summary>Adds the shares in order and brings them to their places: piece i is a register's width of rows.</summary>
internal unsafe struct PointCollectBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public PointGradientPlan<T>* Plan;
    public bool Turned;
    public T* To;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int rows = Plan->Rows.Channels;
        int columns = Plan->Columns.Channels;
        for (int i = from; i < to; i++)
        {
            int first = i * V.Width;
            int end = Math.Min(rows, first + V.Width);
            for (int row = first; row < end; row++)
            {
                T* sums = Plan->Sums + row * Plan->SumStride;
                T* target = Turned ? sums : To + (nint)row * columns;
                for (int j = 0; j < columns; j += V.Width)
                {
                    V sum = V.Load(sums + j);
                    for (int share = 1; share < Plan->Shares; share++)
                    {
                        sum += V.Load(sums + share * Plan->ShareCount + j);
                    }

                    sum.StorePartial(target + j, Math.Min(V.Width, columns - j));
                }
            }

            if (Turned)
            {
                Transpose(first, end - first, rows, columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Transpose(int first, int count, int rows, int columns)
    {
        T* from = Plan->Sums + first * Plan->SumStride;
        int column = 0;
        for (; count == V.Width && column <= columns - V.Width; column += V.Width)
        {
            SquareTranspose<V, T>.Transpose(from + column, Plan->SumStride, count, To + ((nint)column * rows) + first, rows);
        }

        for (; column < columns; column++)
        {
            for (int r = 0; r < count; r++)
            {
                To[((nint)column * rows) + first + r] = from[(r * Plan->SumStride) + column];
            }
        }
    }
}
