using Fovea.Imaging;

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
    private readonly int _channels;
    private readonly float[] _tables;
    private readonly (float Mean, float Deviation)[] _statistics;

    public PlaneWriter(TransformOptions options)
    {
        (_width, _height) = (options.ImageSize.Width, options.ImageSize.Height);
        _isFramed = options.Crop == CropMode.Whole;
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

    /// <summary>Writes the normalised pixels; around the picture lies the mean colour where it is shown whole, else black.</summary>
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

        for (int y = first; y < last; y++)
        {
            int at = (((y - way.Y) * image.Width) + from - way.X) * image.Channels, length = (to - from) * image.Channels;
            int start = way.Mirror ? _width - 1 - from : from;
            Span<float> row = planes[(RowOf(y, way) * _width)..];
            if (image.Values is { } values)
            {
                WriteRow(values.AsSpan(at, length), image.Channels, row, start, way.Mirror ? -1 : 1, area);
            }
            else
            {
                WriteRow(image.Pixels.AsSpan(at, length), image.Channels, row, start, way.Mirror ? -1 : 1, area);
            }
        }
    }

    /// <summary>Writes the classes of the pixels, the ignored one around the mask.</summary>
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
                byte label = classes[x - way.X];
                row[way.Mirror ? _width - 1 - x : x] = label == MaskLabels.Ignored ? Loss.DefaultIgnoreIndex : label;
            }
        }
    }

    private static (int From, int To) Inside(int start, int length, int frame) => (Math.Max(0, start), Math.Max(Math.Max(0, start), Math.Min(frame, start + length)));

    private int RowOf(int y, PlaneWay way) => way.Turn ? _height - 1 - y : y;

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
