namespace Fovea.Imaging.Transforms;

// Samples of up to 16 bits to the numbers that a network takes.
public static partial class ImageTransforms
{
    /// <summary>Writes stored samples as normalised float planes, one a channel: of 16 bits every value has a number of its own.</summary>
    /// <remarks>
    /// planes[c, y, x] = (sample(x, y)[c] / maximum − mean[c]) / deviation[c], every step rounded to float32, whose 24 bits tell all 65,536 values apart.
    /// The pipeline of training goes by way of 8 bits; this is for inference on samples that a program has decoded and, if need be, cut to size.
    /// </remarks>
    /// <param name="image">Samples that are no indices.</param>
    /// <param name="planes">Receives [channels, height, width]; at least that long, the rest is left alone.</param>
    /// <param name="normalization">The statistics, in parts of the maximum; null for v / maximum alone.</param>
    /// <exception cref="ArgumentException">The samples are indices, the span is too short, or the statistics are for another number of channels.</exception>
    public static void ToPlanes(this StoredImage image, Span<float> planes, Normalization? normalization = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        int channels = image.Channels, size = image.Width * image.Height;
        if (image.IsIndexed)
        {
            throw new ArgumentException("planes: expected samples of grey or colour, got indices of a palette; decode the picture, not what it stores.", nameof(image));
        }

        if (planes.Length < image.Samples.Length)
        {
            throw new ArgumentException(
                $"planes: expected room for [{channels}, {image.Height}, {image.Width}] = {image.Samples.Length} floats, got {planes.Length}.", nameof(planes));
        }

        float maximum = image.Maximum;
        for (int c = 0; c < channels; c++)
        {
            (float mean, float deviation) = (normalization ?? Normalization.None).Of(c, channels);
            Span<float> plane = planes.Slice(c * size, size);
            for (int i = 0, at = c; i < plane.Length; i++, at += channels)
            {
                plane[i] = ((image.Samples[at] / maximum) - mean) / deviation;
            }
        }
    }
}
