using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Lanes;
using Fovea.Simd.Memory;

namespace Fovea.Simd.Pooling;

/// <summary>How many positions a window has along one side.</summary>
internal static class PoolCount
{
    public static int Of(int at, int stride, int kernel, int pad, int length, bool countIncludePad)
    {
        int start = (at * stride) - pad;
        int end = Math.Min(start + kernel, length + pad);
        return countIncludePad ? end - start : Math.Min(end, length) - Math.Max(start, 0);
    }
}

/// <summary>Bands of planes, staged as for max pooling, with zeros as padding.</summary>
internal readonly unsafe struct AveragePoolForward<T> : ILaneBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PoolShape _shape;
    private readonly PoolStage<T> _stage;
    private readonly T* _x;
    private readonly T* _y;
    private readonly bool _countIncludePad;

    public AveragePoolForward(PoolShape shape, T* x, T* y, bool countIncludePad)
    {
        _shape = shape;
        _stage = new PoolStage<T>(shape);
        _x = x;
        _y = y;
        _countIncludePad = countIncludePad;
    }

    public int Pieces => _shape.Planes * _stage.Bands;

    public int Grain => LaneLoop.Grain((long)_shape.Height * _shape.Width / _stage.Bands);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to)
        where V : struct, ILane<V, T>
    {
        AlignedBlock block = BlockPool.Rent(
            _stage.Bytes + ((long)(_shape.OutWidth + V.Width) * sizeof(T)) + ((long)_shape.KernelWidth * sizeof(nint)));
        fixed (byte* memory = block.AsSpan<byte>((int)block.Bytes))
        {
            nint* across = (nint*)memory;
            T* staged = (T*)(across + _shape.KernelWidth);
            T* counts = staged + ((nint)_stage.StagedRows * _stage.RowLength);
            for (int j = 0; j < _shape.OutWidth; j++)
            {
                counts[j] = T.CreateTruncating(
                    PoolCount.Of(j, _shape.StrideWidth, _shape.KernelWidth, _shape.PadWidth, _shape.Width, _countIncludePad));
            }

            for (int c = 0; c < _shape.KernelWidth; c++)
            {
                across[c] = _stage.Offset(c);
            }

            for (int piece = from; piece < to; piece++)
            {
                (int plane, int band) = Math.DivRem(piece, _stage.Bands);
                T* x = _x + ((nint)plane * _shape.Height * _shape.Width);
                int row = band * _stage.BandRows;
                int last = Math.Min(_shape.OutHeight, row + _stage.BandRows);
                int top = Math.Max(0, _stage.FirstRow(row));
                int bottom = Math.Min(_shape.Height, _stage.FirstRow(last - 1) + _shape.KernelHeight);
                for (int h = top; h < bottom; h++)
                {
                    _stage.Fill<V>(x + ((nint)h * _shape.Width), staged + ((nint)(h - top) * _stage.RowLength), T.Zero);
                }

                for (; row < last; row++)
                {
                    Row<V>(staged, across, top, row, counts, _y + ((((nint)plane * _shape.OutHeight) + row) * _shape.OutWidth));
                }
            }
        }

        BlockPool.Return(block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Row<V>(T* staged, nint* across, int top, int row, T* counts, T* y)
        where V : struct, ILane<V, T>
    {
        int first = Math.Max(0, _stage.FirstRow(row));
        int last = Math.Min(_shape.Height, _stage.FirstRow(row) + _shape.KernelHeight);
        V rows = V.Broadcast(T.CreateTruncating(
            PoolCount.Of(row, _shape.StrideHeight, _shape.KernelHeight, _shape.PadHeight, _shape.Height, _countIncludePad)));
        for (int j = 0; j < _shape.OutWidth; j += V.Width)
        {
            V sum = V.Zero;
            for (int h = first; h < last; h++)
            {
                T* from = staged + ((nint)(h - top) * _stage.RowLength) + j;
                V line = V.Zero;
                for (int c = 0; c < _shape.KernelWidth; c++)
                {
                    line += V.Load(from + across[c]);
                }

                sum += line;
            }

            int n = Math.Min(V.Width, _shape.OutWidth - j);
            (sum / (rows * V.LoadPartial(counts + j, n))).StorePartial(y + j, n);
        }
    }
}

/// <summary>Plane by plane: gradients are added up in the staged layout, where neighbours lie side by side, and then put in order.</summary>
internal readonly unsafe struct AveragePoolBackward<T>(PoolShape shape, T* dy, T* dx, bool countIncludePad) : ILaneBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to)
        where V : struct, ILane<V, T>
    {
        var stage = new PoolStage<T>(shape);
        int room = stage.PartLength;
        nint rowLength = stage.RowLength;
        nint numbers = shape.Height * rowLength;
        AlignedBlock block = BlockPool.Rent(((numbers + (2 * room)) * sizeof(T)) + ((long)shape.KernelWidth * sizeof(nint)));
        fixed (byte* memory = block.AsSpan<byte>((int)block.Bytes))
        {
            nint* across = (nint*)memory;
            T* staged = (T*)(across + shape.KernelWidth);
            T* counts = staged + numbers;
            T* share = counts + room;
            for (int c = 0; c < shape.KernelWidth; c++)
            {
                across[c] = stage.Offset(c);
            }

            for (int j = 0; j < shape.OutWidth; j++)
            {
                counts[j] = T.CreateTruncating(PoolCount.Of(j, shape.StrideWidth, shape.KernelWidth, shape.PadWidth, shape.Width, countIncludePad));
            }

            for (int plane = from; plane < to; plane++)
            {
                for (int h = 0; h < shape.Height; h++)
                {
                    new Span<T>(staged + (h * rowLength), (int)rowLength).Clear();
                }

                for (int row = 0; row < shape.OutHeight; row++)
                {
                    Share<V>(dy + ((((nint)plane * shape.OutHeight) + row) * shape.OutWidth), row, counts, share);
                    int first = Math.Max(0, stage.FirstRow(row));
                    int last = Math.Min(shape.Height, stage.FirstRow(row) + shape.KernelHeight);
                    for (int h = first; h < last; h++)
                    {
                        for (int c = 0; c < shape.KernelWidth; c++)
                        {
                            T* target = staged + (h * rowLength) + across[c];
                            for (int j = 0; j < shape.OutWidth; j += V.Width)
                            {
                                (V.Load(target + j) + V.Load(share + j)).Store(target + j);
                            }
                        }
                    }
                }

                T* to0 = dx + ((nint)plane * shape.Height * shape.Width);
                for (int h = 0; h < shape.Height; h++)
                {
                    Collect(staged + (h * rowLength), stage.PartLength, to0 + ((nint)h * shape.Width));
                }
            }
        }

        BlockPool.Return(block);
    }

    // A row of gradients over their counts; zeros past its end, which whole registers then add without harm.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Share<V>(T* g, int row, T* counts, T* share)
        where V : struct, ILane<V, T>
    {
        V rows = V.Broadcast(T.CreateTruncating(
            PoolCount.Of(row, shape.StrideHeight, shape.KernelHeight, shape.PadHeight, shape.Height, countIncludePad)));
        for (int j = 0; j < shape.OutWidth; j += V.Width)
        {
            int n = Math.Min(V.Width, shape.OutWidth - j);
            ((V.LoadPartial(g + j, n) / (rows * V.LoadPartial(counts + j, n))) & V.FirstLanes(n)).Store(share + j);
        }
    }

    private void Collect(T* staged, int partLength, T* row)
    {
        int stride = shape.StrideWidth;
        if (stride == 1)
        {
            new ReadOnlySpan<T>(staged + shape.PadWidth, shape.Width).CopyTo(new Span<T>(row, shape.Width));
            return;
        }

        for (int part = 0; part < stride; part++)
        {
            int first = part >= shape.PadWidth ? 0 : (shape.PadWidth - part + stride - 1) / stride;
            T* from = staged + ((nint)part * partLength) + first;
            for (int w = (first * stride) + part - shape.PadWidth, j = 0; w < shape.Width; w += stride, j++)
            {
                // Columns past the last window were never staged.
                row[w] = first + j < partLength ? from[j] : T.Zero;
            }
        }
    }
}
