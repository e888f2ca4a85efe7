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

        for (int y = 0; y < _height; y++)
        {
            if (SourceOf(y, way.Y, image.Height) is not int line)
            {
                continue;
            }

            Span<float> row = planes[(RowOf(y, way) * _width)..];
            int step = way.Mirror ? -1 : 1;
            WriteRow(image, line, from - way.X, to - from, row, ColumnOf(from, way), step, area);
            for (int x = 0; x < _width; x++)
            {
                if ((x < from || x >= to) && SourceOf(x, way.X, image.Width) is int column)
                {
                    WriteRow(image, line, column, 1, row, ColumnOf(x, way), step, area);
                }
            }
        }
    }

    /// <summary>Writes the classes of the pixels, and around the mask what its border shows, or where that is one colour the ignored class.</summary>
    public void WriteLabels(Image mask, PlaneWay way, Span<long> labels)
    {
        labels.Fill(Loss.DefaultIgnoreIndex);
        for (int y = 0; y < _height; y++)
        {
            if (SourceOf(y, way.Y, mask.Height) is not int line)
            {
                continue;
            }

            ReadOnlySpan<byte> classes = mask.Row(line);
            Span<long> row = labels.Slice(RowOf(y, way) * _width, _width);
            for (int x = 0; x < _width; x++)
            {
                if (SourceOf(x, way.X, mask.Width) is int column && classes[column] is not MaskLabels.Ignored and byte label)
                {
                    row[ColumnOf(x, way)] = label;
                }
            }
        }
    }

    // Which row or column of the picture one of the frame shows; null where none does.
    private int? SourceOf(int at, int start, int length)
    {
        int own = at - start;
        return own >= 0 && own < length ? own : _border == BorderMode.Constant ? null : _border.SourceOf(own, length);
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
