using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Broadcasting;

/// <summary>The loop of <see cref="Broadcast"/>: rows along the innermost merged axis, long rows cut into chunks.</summary>
internal readonly unsafe struct BroadcastBody<TOp, T> : IVectorBody<T>
    where TOp : unmanaged, IBinary
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Axes _axes;
    private readonly T* _a;
    private readonly T* _b;
    private readonly T* _y;
    private readonly TOp _op;
    private readonly int _rows;
    private readonly int _rowsPerPiece;
    private readonly int _chunks;

    public BroadcastBody(Axes axes, T* a, T* b, T* y, TOp op)
    {
        _axes = axes;
        _a = a;
        _b = b;
        _y = y;
        _op = op;
        _rows = (int)(axes.Count / axes.Inner);
        _chunks = VectorLoop.Pieces(axes.Inner);
        _rowsPerPiece = _chunks > 1 ? 1 : VectorLoop.Grain(axes.Inner);
        Pieces = _chunks > 1 ? _rows * _chunks : (_rows + _rowsPerPiece - 1) / _rowsPerPiece;
    }

    public int Pieces { get; }

    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        int strideA = _axes.StrideA[_axes.Rank - 1];
        int strideB = _axes.StrideB[_axes.Rank - 1];
        for (int piece = from; piece < to; piece++)
        {
            (int row, int chunk) = Math.DivRem(piece, _chunks);
            int first = row * _rowsPerPiece;
            int last = Math.Min(_rows, first + _rowsPerPiece);
            int start = chunk * VectorLoop.PieceLength;
            int count = Math.Min(VectorLoop.PieceLength, _axes.Inner - start);

            // One loop per kind of row: the choice costs nothing within.
            switch (strideA, strideB)
            {
                case (1, 1):
                    Rows<V, Every, Every>(first, last, start, count);
                    break;
                case (1, 0):
                    Rows<V, Every, Same>(first, last, start, count);
                    break;
                case (0, 1):
                    Rows<V, Same, Every>(first, last, start, count);
                    break;
                case (0, 0):
                    Rows<V, Same, Same>(first, last, start, count);
                    break;
                default:
                    Rows<V, Strided, Strided>(first, last, start, count);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Rows<V, TA, TB>(int first, int last, int start, int count)
        where V : struct, IVector<V, T>
        where TA : struct, IStep
        where TB : struct, IStep
    {
        Axes axes = _axes;
        TOp op = _op;
        nint strideA = axes.StrideA[axes.Rank - 1];
        nint strideB = axes.StrideB[axes.Rank - 1];
        for (int row = first; row < last; row++)
        {
            axes.Row(row, out nint atA, out nint atB);
            T* a = _a + atA + (start * strideA);
            T* b = _b + atB + (start * strideB);
            T* y = _y + ((nint)row * axes.Inner) + start;
            nint i = 0;
            for (; i <= count - V.Width; i += V.Width)
            {
                op.Apply<V, T>(TA.Load<V, T>(a, i, strideA), TB.Load<V, T>(b, i, strideB)).Store(y + i);
            }

            if (i < count)
            {
                int n = (int)(count - i);
                op.Apply<V, T>(TA.LoadPartial<V, T>(a, i, strideA, n), TB.LoadPartial<V, T>(b, i, strideB, n)).StorePartial(y + i, n);
            }
        }
    }
}
