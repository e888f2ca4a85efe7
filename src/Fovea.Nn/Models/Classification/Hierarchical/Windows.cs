namespace Fovea.Models;

/// <summary>
/// How a map is cut into windows: padded below and to the right to whole windows, turned over the border by the shift, cut, and all of that back. Where a side is
/// but one window there is no shift along it. After a shift a window at the border holds parts of the map that are no neighbours: they must not meet.
/// </summary>
internal sealed class Windows
{
    private const float Never = -100;
    private readonly int _side;
    private readonly Size2 _size;
    private readonly Size2 _padded;
    private readonly Size2 _shift;

    /// <summary>Plans the windows of a map.</summary>
    /// <param name="size">Height and width of the map.</param>
    /// <param name="side">Side of a window.</param>
    /// <param name="shift">By how much the windows are shifted, below the side.</param>
    public Windows(Size2 size, int side, int shift)
    {
        (_side, _size) = (side, size);
        _padded = new(size.Over(side).Height * side, size.Over(side).Width * side);
        _shift = new(_padded.Height > side ? shift : 0, _padded.Width > side ? shift : 0);
    }

    private int Rows => _padded.Height / _side;

    private int Columns => _padded.Width / _side;

    /// <summary>What is to be added to the scores between the places of each window, [windows, w², w²]: 0, or −100; null without a shift.</summary>
    public Tensor? Mask()
    {
        if (_shift == default)
        {
            return null;
        }

        int places = _side * _side;
        float[] mask = new float[Rows * Columns * places * places];
        int at = 0;
        int[] regions = new int[places];
        for (int window = 0; window < Rows * Columns; window++)
        {
            for (int i = 0; i < places; i++)
            {
                regions[i] = Region(window, i);
            }

            foreach (int region in regions)
            {
                foreach (int other in regions)
                {
                    mask[at++] = region == other ? 0 : Never;
                }
            }
        }

        return Tensor.From(mask, [Rows * Columns, places, places]);
    }

    /// <summary>[N, H·W, C] → [N·windows, w², C].</summary>
    public Tensor Cut(Tensor tokens)
    {
        int channels = tokens.Shape[2];
        Tensor x = tokens.Reshape(-1, _size.Height, _size.Width, channels);
        x = _padded == _size ? x : x.Pad((0, 0), (0, _padded.Height - _size.Height), (0, _padded.Width - _size.Width), (0, 0));
        x = Turned(Turned(x, 1, _shift.Height), 2, _shift.Width);
        return x.Reshape(-1, Rows, _side, Columns, _side, channels).Permute(0, 1, 3, 2, 4, 5).Reshape(-1, _side * _side, channels);
    }

    /// <summary>[N·windows, w², C] → [N, H·W, C].</summary>
    public Tensor Join(Tensor windows)
    {
        int channels = windows.Shape[2];
        Tensor x = windows.Reshape(-1, Rows, Columns, _side, _side, channels).Permute(0, 1, 3, 2, 4, 5).Reshape(-1, _padded.Height, _padded.Width, channels);
        x = Turned(Turned(x, 1, _padded.Height - _shift.Height), 2, _padded.Width - _shift.Width);
        x = _padded.Height == _size.Height ? x : x.Narrow(1, 0, _size.Height);
        x = _padded.Width == _size.Width ? x : x.Narrow(2, 0, _size.Width);
        return x.Reshape(-1, _size.Height * _size.Width, channels);
    }

    /// <summary>The first places of an axis moved behind the last.</summary>
    private static Tensor Turned(Tensor x, int axis, int places)
    {
        int length = x.Shape[axis];
        return places % length == 0 ? x : Tensor.Concat([x.Narrow(axis, places, length - places), x.Narrow(axis, 0, places)], axis);
    }

    /// <summary>Which part of the shifted map a place of a window is of: what came over the border is apart from what was there.</summary>
    private int Region(int window, int place)
    {
        int row = (window / Columns * _side) + (place / _side);
        int column = (window % Columns * _side) + (place % _side);
        return (3 * Part(row, _padded.Height, _shift.Height)) + Part(column, _padded.Width, _shift.Width);
    }

    // The windows before the last along an axis hold neighbours alone.
    private int Part(int place, int length, int shift) => shift == 0 || place < length - _side ? 0 : place < length - shift ? 1 : 2;
}
