using System.Numerics;
using Fovea.Simd.Copying;

namespace Fovea.Simd.Attention;

/// <summary>A block of neighbouring columns of one map, turned so that each column's numbers lie together: [column, channel, y].</summary>
internal readonly unsafe struct CrissCrossBlock<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _height;
    private readonly int _width;
    private readonly int _positions;

    public CrissCrossBlock(in CrissCrossShape shape, int piece)
    {
        (Map, int block) = Math.DivRem(piece, shape.Blocks);
        Left = block * shape.BlockColumns;
        Columns = Math.Min(shape.BlockColumns, shape.Width - Left);
        (_height, _width, _positions) = (shape.Height, shape.Width, shape.Positions);
    }

    /// <summary>Which map of the batch.</summary>
    public int Map { get; }

    /// <summary>The first column.</summary>
    public int Left { get; }

    /// <summary>How many columns there are.</summary>
    public int Columns { get; }

    /// <summary>Turns the channels of a tensor of <paramref name="channels"/> channels from <paramref name="first"/> on.</summary>
    public void Take(T* from, int channels, int first, int count, T* to)
    {
        from += (((nint)Map * channels + first) * _positions) + Left;
        for (int c = 0; c < count; c++, from += _positions)
        {
            Tile.Transpose(from, _width, to + ((nint)c * _height), (nint)count * _height, Columns, _height);
        }
    }

    /// <summary>Turns one channel of a block back: [y, column] with rows of <paramref name="stride"/> numbers.</summary>
    public void TurnBack(T* block, int channel, int count, T* to, int stride) =>
        Tile.Transpose(block + ((nint)channel * _height), (nint)count * _height, to, stride, _height, Columns);

    /// <summary>Where a channel's part of the block begins in a tensor of <paramref name="channels"/> channels; rows are W apart.</summary>
    public T* Part(T* tensor, int channels, int channel) => tensor + (((nint)Map * channels + channel) * _positions) + Left;

    /// <summary>Where the block begins in one number a position, [N, H, W].</summary>
    public T* Part(T* positions) => positions + ((nint)Map * _positions) + Left;
}
