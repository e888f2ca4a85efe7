namespace Fovea.Imaging.Codecs.Png;

/// <summary>
/// Applies each of the five filters to a row and keeps the one whose differences, read as signed bytes, have the smallest sum of
/// magnitudes: the heuristic that the PNG specification recommends.
/// </summary>
internal sealed class PngFilterChooser
{
    private readonly byte[][] _rows = new byte[5][];
    private readonly int _step;

    public PngFilterChooser(int rowBytes, int step)
    {
        _step = step;
        for (int filter = 0; filter < 5; filter++)
        {
            _rows[filter] = new byte[rowBytes + 1];
            _rows[filter][0] = (byte)filter;
        }
    }

    /// <summary>The filtered row with the filter's byte in front; valid until the next call.</summary>
    /// <param name="row">The row.</param>
    /// <param name="above">The row above, or zeros.</param>
    public ReadOnlySpan<byte> Choose(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above)
    {
        Apply(row, above);
        int best = 0;
        long least = long.MaxValue;
        for (int filter = 0; filter < 5; filter++)
        {
            long cost = 0;
            foreach (byte difference in _rows[filter].AsSpan(1))
            {
                cost += Math.Abs((int)(sbyte)difference);
            }

            if (cost < least)
            {
                (least, best) = (cost, filter);
            }
        }

        return _rows[best];
    }

    private void Apply(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above)
    {
        Span<byte> sub = _rows[PngFilter.Sub].AsSpan(1), up = _rows[PngFilter.Up].AsSpan(1);
        Span<byte> average = _rows[PngFilter.Average].AsSpan(1), paeth = _rows[PngFilter.Paeth].AsSpan(1);
        row.CopyTo(_rows[PngFilter.None].AsSpan(1));
        for (int i = 0; i < row.Length; i++)
        {
            bool edge = i < _step;
            int x = row[i], a = edge ? 0 : row[i - _step], b = above[i], c = edge ? 0 : above[i - _step];
            sub[i] = (byte)(x - a);
            up[i] = (byte)(x - b);
            average[i] = (byte)(x - ((a + b) >> 1));
            paeth[i] = (byte)(x - PngFilter.Predict(a, b, c));
        }
    }
}
