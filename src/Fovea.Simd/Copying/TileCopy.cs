using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Copying;

/// <summary>
/// A transposition: x is contiguous along one axis and y along another. Square tiles, so that every cache line that is touched on
/// either side is used whole before it leaves the cache.
/// </summary>
internal readonly unsafe struct TileCopy<T> : IRangeBody
    where T : unmanaged
{
    private const int Side = Tile.TileSide;

    private readonly Axes _outer;
    private readonly T* _x;
    private readonly T* _y;
    private readonly int _lengthX;
    private readonly int _lengthY;
    private readonly nint _strideX;
    private readonly nint _strideY;
    private readonly int _bands;

    public TileCopy(Axes axes, int alongX, int alongY, T* x, T* y)
    {
        _x = x;
        _y = y;
        _lengthX = axes.Length[alongX];
        _lengthY = axes.Length[alongY];
        _strideX = axes.StrideA[alongY];
        _strideY = axes.StrideB[alongX];
        _bands = (_lengthX + Side - 1) / Side;
        Axes outer = default;
        int outerCount = 1;
        for (int i = 0; i < axes.Rank; i++)
        {
            if (i != alongX && i != alongY)
            {
                outer.Length[outer.Rank] = axes.Length[i];
                outer.StrideA[outer.Rank] = axes.StrideA[i];
                outer.StrideB[outer.Rank] = axes.StrideB[i];
                outer.Rank++;
                outerCount *= axes.Length[i];
            }
        }

        // Axes.Row leaves the innermost axis out; one of length 1 takes that place.
        outer.Length[outer.Rank] = 1;
        outer.Rank++;
        _outer = outer;
        Pieces = outerCount * _bands;
    }

    /// <summary>One band of 32 rows of y for each index of the other axes.</summary>
    public int Pieces { get; }

    public int Grain => VectorLoop.Grain((long)Side * _lengthY);

    public void Run(int from, int to)
    {
        for (int piece = from; piece < to; piece++)
        {
            (int o, int band) = Math.DivRem(piece, _bands);
            _outer.Row(o, out nint a, out nint b);
            int first = band * Side;
            int rows = Math.Min(Side, _lengthX - first);
            T* x = _x + a + first;
            T* y = _y + b + (first * _strideY);
            for (int j = 0; j < _lengthY; j += Side)
            {
                int columns = Math.Min(Side, _lengthY - j);
                Tile.Transpose(x + (j * _strideX), _strideX, y + j, _strideY, rows, columns);
            }
        }
    }
}
