using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>Writes a picture as normalised planes, shifted and mirrored on the way: each sample is read once and written once.</summary>
internal sealed class PlaneWriter
{
    private readonly int _size;
    private readonly int _channels;
    private readonly float[] _tables;

    public PlaneWriter(TransformOptions options)
    {
        _size = options.ImageSize;
        _channels = options.Channels;
        _tables = new float[256 * _channels];
        for (int c = 0; c < _channels; c++)
        {
            // One channel under three statistics: luma weighs green most, and so do its mean and deviation here.
            int of = options.Normalization.Mean.Count == 1 ? 0 : _channels == 1 ? 1 : c;
            float mean = options.Normalization.Mean[of], deviation = options.Normalization.Deviation[of];
            for (int v = 0; v < 256; v++)
            {
                _tables[256 * c + v] = (v / 255f - mean) / deviation;
            }
        }
    }

    /// <summary>Writes planes[c, y, x] = normalised pixel (x + shiftX, y + shiftY), black outside; mirrored after the shift.</summary>
    public void Write(Image image, int shiftX, int shiftY, bool mirror, Span<float> planes)
    {
        int area = _size * _size;
        int from = Math.Max(0, -shiftX), to = Math.Min(_size, _size - shiftX);
        if (shiftX != 0 || shiftY != 0)
        {
            for (int c = 0; c < _channels; c++)
            {
                planes.Slice(c * area, area).Fill(_tables[256 * c]);
            }
        }

        for (int y = Math.Max(0, -shiftY); y < Math.Min(_size, _size - shiftY); y++)
        {
            ReadOnlySpan<byte> pixels = image.Row(y + shiftY).Slice((from + shiftX) * image.Channels, (to - from) * image.Channels);
            int start = mirror ? _size - 1 - from : from;
            WriteRow(pixels, image.Channels, planes[(y * _size)..], start, mirror ? -1 : 1, area);
        }
    }

    /// <summary>Writes labels[y, x] = class of pixel (x + shiftX, y + shiftY), the ignored one outside; mirrored after the shift.</summary>
    public void WriteLabels(Image mask, int shiftX, int shiftY, bool mirror, Span<long> labels)
    {
        labels.Fill(Loss.DefaultIgnoreIndex);
        int from = Math.Max(0, -shiftX), to = Math.Min(_size, _size - shiftX);
        for (int y = Math.Max(0, -shiftY); y < Math.Min(_size, _size - shiftY); y++)
        {
            ReadOnlySpan<byte> classes = mask.Row(y + shiftY);
            Span<long> row = labels.Slice(y * _size, _size);
            for (int x = from; x < to; x++)
            {
                byte label = classes[x + shiftX];
                row[mirror ? _size - 1 - x : x] = label == MaskLabels.Ignored ? Loss.DefaultIgnoreIndex : label;
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
