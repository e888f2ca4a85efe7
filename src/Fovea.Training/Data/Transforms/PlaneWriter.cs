using Fovea.Imaging;
using Fovea.Imaging.Transforms;

namespace Fovea.Training.Data;

/// <summary>Where a picture lies in the frame, and how that is turned then.</summary>
/// <param name="X">The column of the frame that the picture's first lies in; it may be outside.</param>
/// <param name="Y">The row of the frame that the picture's first lies in.</param>
/// <param name="Mirror">Whether left and right change places.</param>
/// <param name="Turn">Whether top and bottom do.</param>
internal readonly record struct PlaneWay(int X, int Y, bool Mirror, bool Turn);

/// <summary>Writes a picture as normalised planes, moved and mirrored on the way: each sample is read once and written once.</summary>
internal sealed class PlaneWriter
{
    private readonly int _width;
    private readonly int _height;
    private readonly bool _isFramed;
    private readonly BorderMode _border;
    private readonly int _channels;
    private readonly float[] _tables;
    private readonly (float Mean, float Deviation)[] _statistics;

    public PlaneWriter(TransformOptions options)
    {
        (_width, _height) = (options.ImageSize.Width, options.ImageSize.Height);
        _isFramed = options.Crop == CropMode.Whole;
        _border = _isFramed ? BorderMode.Constant : options.Border;
        _channels = options.Channels;
        _tables = new float[256 * _channels];
        _statistics = new (float, float)[_channels];
        for (int c = 0; c < _channels; c++)
        {
            // One channel under three statistics: luma weighs green most, and so do its mean and deviation here.
            int of = options.Normalization.Mean.Count == 1 ? 0 : _channels == 1 ? 1 : c;
            float mean = options.Normalization.Mean[of], deviation = options.Normalization.Deviation[of];
            _statistics[c] = (mean, deviation);
            for (int v = 0; v < 256; v++)
            {
                _tables[256 * c + v] = (v / 255f - mean) / deviation;
            }
        }
    }

    /// <summary>
    /// Writes the normalised pixels; around the picture lies the mean colour where it is shown whole, else what <see cref="TransformOptions.Border"/> says.
    /// </summary>
    public void Write(Image image, PlaneWay way, Span<float> planes)
    {
        int area = _width * _height;
        (int from, int to) = Inside(way.X, image.Width, _width);
        (int first, int last) = Inside(way.Y, image.Height, _height);
        if (from > 0 || to < _width || first > 0 || last < _height)
        {
            for (int c = 0; c < _channels; c++)
            {
                planes.Slice(c * area, area).Fill(_isFramed ? 0 : _tables[256 * c]);
            }
        }

        int step = way.Mirror ? -1 : 1;
        for (int y = first; y < last; y++)
        {
            WriteRow(image, y - way.Y, from - way.X, to - from, planes[(RowOf(y, way) * _width)..], ColumnOf(from, way), step, area);
        }

        foreach ((int x, int y, int column, int line) in Around(image, way))
        {
            WriteRow(image, line, column, 1, planes[(RowOf(y, way) * _width)..], ColumnOf(x, way), step, area);
        }
    }

    /// <summary>Writes the classes of the pixels, and around the mask those that its border shows, or where that is one colour the ignored class.</summary>
    public void WriteLabels(Image mask, PlaneWay way, Span<long> labels)
    {
        labels.Fill(Loss.DefaultIgnoreIndex);
        (int from, int to) = Inside(way.X, mask.Width, _width);
        (int first, int last) = Inside(way.Y, mask.Height, _height);
        for (int y = first; y < last; y++)
        {
            ReadOnlySpan<byte> classes = mask.Row(y - way.Y);
            Span<long> row = labels.Slice(RowOf(y, way) * _width, _width);
            for (int x = from; x < to; x++)
            {
                row[ColumnOf(x, way)] = LabelOf(classes[x - way.X]);
            }
        }

        foreach ((int x, int y, int column, int line) in Around(mask, way))
        {
            labels[(RowOf(y, way) * _width) + ColumnOf(x, way)] = LabelOf(mask.Row(line)[column]);
        }
    }

    private static long LabelOf(byte value) => value == MaskLabels.Ignored ? Loss.DefaultIgnoreIndex : value;

    // The places of the frame around the picture, and which of its pixels they show; none where the border is one colour.
    private IEnumerable<(int X, int Y, int Column, int Line)> Around(Image image, PlaneWay way) => _border == BorderMode.Constant ? [] : Outside(image, way);

    private IEnumerable<(int X, int Y, int Column, int Line)> Outside(Image image, PlaneWay way)
    {
        for (int y = 0; y < _height; y++)
        {
            int line = y - way.Y;
            for (int x = 0; x < _width; x++)
            {
                int column = x - way.X;
                if ((uint)line >= (uint)image.Height || (uint)column >= (uint)image.Width)
                {
                    yield return (x, y, _border.SourceOf(column, image.Width), _border.SourceOf(line, image.Height));
                }
            }
        }
    }

    private static (int From, int To) Inside(int start, int length, int frame) => (Math.Max(0, start), Math.Max(Math.Max(0, start), Math.Min(frame, start + length)));

    private int RowOf(int y, PlaneWay way) => way.Turn ? _height - 1 - y : y;

    private int ColumnOf(int x, PlaneWay way) => way.Mirror ? _width - 1 - x : x;

    private void WriteRow(Image image, int line, int column, int count, Span<float> row, int at, int step, int area)
    {
        int start = ((line * image.Width) + column) * image.Channels, length = count * image.Channels;
        if (image.Values is { } values)
        {
            WriteRow(values.AsSpan(start, length), image.Channels, row, at, step, area);
        }
        else
        {
            WriteRow(image.Pixels.AsSpan(start, length), image.Channels, row, at, step, area);
        }
    }

    private void WriteRow(ReadOnlySpan<float> values, int channels, Span<float> planes, int at, int step, int area)
    {
        for (int i = 0; i < values.Length; i += channels, at += step)
        {
            for (int c = 0; c < _channels; c++)
            {
                float value = channels < 3 ? values[i] : _channels == 3 ? values[i + c] : ((19595 * values[i]) + (38470 * values[i + 1]) + (7471 * values[i + 2])) / 65536;
                planes[(c * area) + at] = (value - _statistics[c].Mean) / _statistics[c].Deviation;
            }
        }
    }

    private void WriteRow(ReadOnlySpan<byte> pixels, int channels, Span<float> planes, int at, int step, int area)
    {
        ReadOnlySpan<float> first = _tables.AsSpan(0, 256);
        if (_channels == 1)
        {
            for (int i = 0; i < pixels.Length; i += channels, at += step)
            {
                // Pillow's luma in fixed point, as the imaging library converts.
                int value = channels < 3 ? pixels[i] : (19595 * pixels[i] + 38470 * pixels[i + 1] + 7471 * pixels[i + 2] + 0x8000) >> 16;
                planes[at] = first[value];
            }

            return;
        }

        ReadOnlySpan<float> second = _tables.AsSpan(256, 256), third = _tables.AsSpan(512, 256);
        Span<float> middle = planes[area..], last = planes[(2 * area)..];
        int green = channels < 3 ? 0 : 1, blue = channels < 3 ? 0 : 2;
        for (int i = 0; i < pixels.Length; i += channels, at += step)
        {
            planes[at] = first[pixels[i]];
            middle[at] = second[pixels[i + green]];
            last[at] = third[pixels[i + blue]];
        }
    }
}
