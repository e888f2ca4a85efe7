using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Pooling;

/// <summary>
/// Maxima with their places. Bands of planes: the input rows are staged, then each output row is the maximum over the window's taps in
/// reading order, which decides between equals.
/// </summary>
internal readonly unsafe struct MaxPoolPlaces<T> : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PoolShape _shape;
    private readonly PoolStage<T> _stage;
    private readonly T* _x;
    private readonly T* _y;
    private readonly int* _index;

    public MaxPoolPlaces(PoolShape shape, T* x, T* y, int* index)
    {
        _shape = shape;
        _stage = new PoolStage<T>(shape);
        _x = x;
        _y = y;
        _index = index;
    }

    public int Pieces => _shape.Planes * _stage.Bands;

    public int Grain => VectorLoop.Grain((long)_shape.Height * _shape.Width / _stage.Bands);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        int taps = _shape.KernelHeight * _shape.KernelWidth;
        int room = _shape.OutWidth + V.Width;
        AlignedBlock block = BlockPool.Rent(_stage.Bytes + ((long)((2 * room) + taps) * sizeof(T)) + ((long)(taps + _shape.KernelWidth) * sizeof(nint)));
        fixed (byte* memory = block.AsSpan<byte>((int)block.Bytes))
        {
            // Offsets first: they want the strictest alignment.
            nint* offsets = (nint*)memory;
            nint* across = offsets + taps;
            T* staged = (T*)(across + _shape.KernelWidth);
            T* firstColumn = staged + ((nint)_stage.StagedRows * _stage.RowLength);
            T* left = firstColumn + room;
            T* codes = left + room;
            Columns(firstColumn, left);
            _stage.Offsets(across);

            for (int piece = from; piece < to; piece++)
            {
                (int plane, int band) = Math.DivRem(piece, _stage.Bands);
                T* x = _x + ((nint)plane * _shape.Height * _shape.Width);
                int row = band * _stage.BandRows;
                int last = Math.Min(_shape.OutHeight, row + _stage.BandRows);
                int top = Math.Max(0, _stage.FirstRow(row));
                int bottom = Math.Min(_shape.Height, _stage.FirstRow(last - 1) + ((_shape.KernelHeight - 1) * _shape.DilationHeight) + 1);
                for (int h = top; h < bottom; h++)
                {
                    _stage.Fill<V>(x + ((nint)h * _shape.Width), staged + ((nint)(h - top) * _stage.RowLength), T.NegativeInfinity);
                }

                for (; row < last; row++)
                {
                    int used = Taps(row, top, across, offsets, codes, out int firstRow);
                    nint at = (((nint)plane * _shape.OutHeight) + row) * _shape.OutWidth;
                    T skipped = T.CreateTruncating(firstRow * _shape.Width);
                    Places<V>(staged, offsets, codes, used, skipped, firstColumn, left, _y + at, _index + at);
                }
            }
        }

        BlockPool.Return(block);
    }

    // For each output column: the window's first column that is not padding, and the input column of the window's left edge.
    private void Columns(T* firstColumn, T* left)
    {
        for (int j = 0; j < _shape.OutWidth; j++)
        {
            int edge = (j * _shape.StrideWidth) - _shape.PadWidth;
            int skipped = edge >= 0 ? 0 : (-edge + _shape.DilationWidth - 1) / _shape.DilationWidth;
            int first = skipped * _shape.DilationWidth;

            // A window of nothing but padding gives −∞; its place is column 0, so that the backward pass stays inside.
            firstColumn[j] = T.CreateTruncating(edge + first < _shape.Width ? first : -edge);
            left[j] = T.CreateTruncating(edge);
        }
    }

    // The taps of an output row that are not in the padding above or below, in reading order, with their places less the left edge.
    private int Taps(int row, int top, nint* across, nint* offsets, T* codes, out int firstRow)
    {
        int used = 0;
        firstRow = -1;
        for (int k = 0; k < _shape.KernelHeight; k++)
        {
            int h = _stage.FirstRow(row) + (k * _shape.DilationHeight);
            if ((uint)h >= (uint)_shape.Height)
            {
                continue;
            }

            firstRow = firstRow < 0 ? h : firstRow;
            for (int c = 0; c < _shape.KernelWidth; c++)
            {
                offsets[used] = ((nint)(h - top) * _stage.RowLength) + across[c];
                codes[used++] = T.CreateTruncating((h * _shape.Width) + (c * _shape.DilationWidth));
            }
        }

        firstRow = Math.Max(0, firstRow);
        return used;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Places<V>(T* staged, nint* offsets, T* codes, int taps, T firstRow, T* firstColumn, T* left, T* y, int* index)
        where V : struct, IVector<V, T>
    {
        V all = V.Equal(V.Zero, V.Zero);
        for (int j = 0; j < _shape.OutWidth; j += V.Width)
        {
            V best = V.Broadcast(T.NegativeInfinity);
            V place = V.Load(firstColumn + j) + V.Broadcast(firstRow);
            for (int t = 0; t < taps; t++)
            {
                // The best so far stays if it is at least the next, or NaN; a NaN that comes next is neither.
                V next = V.Load(staged + offsets[t] + j);
                V stays = V.GreaterThanOrEqual(best, next) | (V.Equal(best, best) ^ all);
                best = V.Max(best, next);
                place = V.Select(stays, place, V.Broadcast(codes[t]));
            }

            int n = Math.Min(V.Width, _shape.OutWidth - j);
            best.StorePartial(y + j, n);
            (place + V.Load(left + j)).StoreIntegers(index + j, n);
        }
    }
}
