using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Copying;

/// <summary>Rows contiguous on both sides: blocks of memory, long ones cut.</summary>
internal readonly unsafe struct RowCopy<T> : IRangeBody
    where T : unmanaged
{
    private readonly Axes _axes;
    private readonly T* _x;
    private readonly T* _y;
    private readonly int _rows;
    private readonly int _rowsPerPiece;
    private readonly int _chunks;

    public RowCopy(Axes axes, T* x, T* y)
    {
        _axes = axes;
        _x = x;
        _y = y;
        _rows = (int)(axes.Count / axes.Inner);
        _chunks = VectorLoop.Pieces(axes.Inner);
        _rowsPerPiece = _chunks > 1 ? 1 : VectorLoop.Grain(axes.Inner);
        Pieces = _chunks > 1 ? _rows * _chunks : (_rows + _rowsPerPiece - 1) / _rowsPerPiece;
    }

    public int Pieces { get; }

    public void Run(int from, int to)
    {
        for (int piece = from; piece < to; piece++)
        {
            (int row, int chunk) = Math.DivRem(piece, _chunks);
            int start = chunk * VectorLoop.PieceLength;
            int count = _chunks == 1 ? _axes.Inner : Math.Min(VectorLoop.PieceLength, _axes.Inner - start);
            int last = Math.Min(_rows, (row + 1) * _rowsPerPiece);
            for (row *= _rowsPerPiece; row < last; row++)
            {
                _axes.Row(row, out nint a, out nint b);
                new ReadOnlySpan<T>(_x + a + start, count).CopyTo(new Span<T>(_y + b + start, count));
            }
        }
    }
}

/// <summary>Any strides: number by number along the innermost axis.</summary>
internal readonly unsafe struct SingleCopy<T>(Axes axes, T* x, T* y) : IRangeBody
    where T : unmanaged
{
    public int Rows => (int)(axes.Count / axes.Inner);

    public void Run(int from, int to)
    {
        Axes at = axes;
        nint strideX = at.StrideA[at.Rank - 1];
        nint strideY = at.StrideB[at.Rank - 1];
        nint count = at.Inner;
        for (int row = from; row < to; row++)
        {
            at.Row(row, out nint a, out nint b);
            T* source = x + a;
            T* target = y + b;
            for (nint i = 0; i < count; i++)
            {
                target[i * strideY] = source[i * strideX];
            }
        }
    }
}
