namespace Fovea.Imaging.Transforms;

// To the numbers that a network takes, and back.
public static partial class ImageTransforms
{
    /// <summary>Writes the picture as normalised float planes, one a channel: what a network takes.</summary>
    /// <remarks>
    /// planes[c, y, x] = (pixel(x, y)[c] / 255 − mean[c]) / deviation[c], every step rounded to float32: the bits that torchvision's ToTensor and
    /// Normalize give.
    /// </remarks>
    /// <param name="image">The picture.</param>
    /// <param name="planes">Receives [channels, height, width]; at least that long, the rest is left alone.</param>
    /// <param name="normalization">The statistics; null for v / 255 alone.</param>
    /// <exception cref="ArgumentException">The span is too short, or the statistics are for another number of channels.</exception>
    public static void ToPlanes(this Image image, Span<float> planes, Normalization? normalization = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        int channels = image.Channels, size = image.Width * image.Height;
        if (planes.Length < image.Pixels.Length)
        {
            throw new ArgumentException(
                $"planes: expected room for [{channels}, {image.Height}, {image.Width}] = {image.Pixels.Length} floats, got {planes.Length}.", nameof(planes));
        }

        ReadOnlySpan<byte> pixels = image.Pixels;
        Span<float> table = stackalloc float[256];
        for (int c = 0; c < channels; c++)
        {
            (float mean, float deviation) = (normalization ?? Normalization.None).Of(c, channels);
            for (int v = 0; v < 256; v++)
            {
                table[v] = (v / 255f - mean) / deviation;
            }

            Span<float> plane = planes.Slice(c * size, size);
            for (int i = 0, at = c; i < plane.Length; i++, at += channels)
            {
                plane[i] = table[pixels[at]];
            }
        }
    }

    /// <summary>Makes a picture of normalised planes, for people to look at: the inverse of <see cref="ToPlanes(Image, Span{float}, Normalization?)"/>.</summary>
    /// <param name="planes">[channels, height, width]; values outside the range are clipped, NaN is black.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="format">The pixel format, which fixes the number of channels.</param>
    /// <param name="normalization">The statistics that were used; null for none.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or the statistics are for another number of channels.</exception>
    public static Image FromPlanes(ReadOnlySpan<float> planes, int width, int height, PixelFormat format, Normalization? normalization = null)
    {
        var image = new Image(width, height, format);
        if (planes.Length != image.Pixels.Length)
        {
            throw new ArgumentException($"planes: a {width}x{height} {format} picture takes {image.Pixels.Length} floats, got {planes.Length}.", nameof(planes));
        }

        int channels = image.Channels, size = width * height;
        for (int c = 0; c < channels; c++)
        {
            (float mean, float deviation) = (normalization ?? Normalization.None).Of(c, channels);
            ReadOnlySpan<float> plane = planes.Slice(c * size, size);
            for (int i = 0, at = c; i < plane.Length; i++, at += channels)
            {
                float value = MathF.Round((plane[i] * deviation + mean) * 255);
                image.Pixels[at] = value > 0 ? (byte)MathF.Min(value, 255) : (byte)0;
            }
        }

        return image;
    }
}
