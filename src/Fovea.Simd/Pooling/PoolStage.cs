using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Pooling;

/// <summary>
/// Where input rows are laid out for pooling: padded, and with the columns sorted by their remainder modulo the stride. Column
/// <c>j·stride + p</c> of the padded row lies at place j of part p, so that for each column of the window the numbers of neighbouring
/// outputs lie side by side, whatever the stride.
/// </summary>
internal readonly unsafe struct PoolStage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Slack = 16;
    private const int BandNumbers = 16384;

    private readonly PoolShape _shape;
    private readonly int _reach;

    public PoolStage(PoolShape shape)
    {
        _shape = shape;
        _reach = shape.OutWidth + ((shape.KernelWidth - 1) * shape.DilationWidth / shape.StrideWidth) + 1;
        PartLength = ((_reach + Slack - 1) / Slack * Slack) + Slack;
        RowLength = PartLength * shape.StrideWidth;
        int rowSpan = ((shape.KernelHeight - 1) * shape.DilationHeight) + 1;
        int rows = Math.Max(0, (BandNumbers / RowLength) - rowSpan);
        BandRows = Math.Clamp(rows / shape.StrideHeight, 1, shape.OutHeight);
        Bands = (shape.OutHeight + BandRows - 1) / BandRows;
        StagedRows = Math.Min(shape.Height, ((BandRows - 1) * shape.StrideHeight) + rowSpan);
    }

    /// <summary>From one part of a staged row to the next: room for whole registers past the last output.</summary>
    public int PartLength { get; }

    /// <summary>From one staged row to the next.</summary>
    public int RowLength { get; }

    /// <summary>Output rows that are made from one staging, so that it stays in the cache.</summary>
    public int BandRows { get; }

    /// <summary>Bands of a plane.</summary>
    public int Bands { get; }

    /// <summary>Input rows of one band, at most.</summary>
    public int StagedRows { get; }

    /// <summary>Bytes of one band's staging.</summary>
    public long Bytes => (long)StagedRows * RowLength * sizeof(T);

    /// <summary>The first input row that output row <paramref name="row"/> covers; may lie in the padding.</summary>
    public int FirstRow(int row) => (row * _shape.StrideHeight) - _shape.PadHeight;

    /// <summary>Where each of the window's columns begins in a staged row.</summary>
    public void Offsets(nint* across)
    {
        for (int c = 0; c < _shape.KernelWidth; c++)
        {
            int column = c * _shape.DilationWidth;
            across[c] = (column % _shape.StrideWidth * PartLength) + (column / _shape.StrideWidth);
        }
    }

    /// <summary>
    /// Lays out one input row. What lies past the last place that an output needs stays undefined: it meets lanes only that are never
    /// written.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fill<V>(T* row, T* to, T padding)
        where V : struct, IVector<V, T>
    {
        int stride = _shape.StrideWidth;
        for (int part = 0; part < stride; part++, to += PartLength)
        {
            // Input columns part − pad, part − pad + stride, …: the first that exists, and how many do.
            int first = part >= _shape.PadWidth ? 0 : Ceil(_shape.PadWidth - part, stride);
            int column = (first * stride) + part - _shape.PadWidth;
            int count = Math.Clamp(Ceil(_shape.Width - column, stride), 0, _reach - first);
            T* from = row + column;
            T* target = to + first;
            for (int j = 0; j < first; j++)
            {
                to[j] = padding;
            }

            if (stride == 1)
            {
                for (int j = 0; j < count; j += V.Width)
                {
                    V.LoadPartial(from + j, count - j).StorePartial(target + j, count - j);
                }
            }
            else if (stride == 2)
            {
                int left = _shape.Width - column;
                for (int j = 0; j < count; j += V.Width, left -= 2 * V.Width)
                {
                    V low = V.LoadPartial(from + (2 * j), left);
                    V high = V.LoadPartial(from + (2 * j) + V.Width, Math.Max(0, left - V.Width));
                    V.Even(low, high).StorePartial(target + j, count - j);
                }
            }
            else
            {
                for (int j = 0; j < count; j++)
                {
                    target[j] = from[(nint)j * stride];
                }
            }

            for (int j = first + count; j < _reach; j++)
            {
                to[j] = padding;
            }
        }
    }

    /// <summary>The other way: a staged row back in the order of columns; columns that no window covers get 0.</summary>
    public void Collect(T* staged, T* row)
    {
        int stride = _shape.StrideWidth;
        for (int part = 0; part < stride; part++, staged += PartLength)
        {
            int j = part >= _shape.PadWidth ? 0 : Ceil(_shape.PadWidth - part, stride);
            for (int w = (j * stride) + part - _shape.PadWidth; w < _shape.Width; w += stride, j++)
            {
                row[w] = j < PartLength ? staged[j] : T.Zero;
            }
        }
    }

    // ⌈columns / stride⌉ without a division for the usual strides; not above 0 for a number that is not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Ceil(int columns, int stride) =>
        stride == 1 ? columns : stride == 2 ? (columns + 1) >> 1 : (columns + stride - 1) / stride;
}
