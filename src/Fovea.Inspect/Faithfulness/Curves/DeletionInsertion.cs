namespace Fovea.Inspect;

/// <summary>The deletion and the insertion curve of a map of one picture.</summary>
/// <param name="Deletion">The score while the pixels of the largest values are replaced by the fill first: a good map's curve falls at once, its area is small.</param>
/// <param name="Insertion">The score while they appear first in the fill: a good map's curve rises at once, its area is large.</param>
/// <remarks>Petsiuk et al., "RISE: Randomized input sampling for explanation of black-box models", 2018.</remarks>
public sealed record DeletionInsertion(PerturbationCurve Deletion, PerturbationCurve Insertion)
{
    /// <summary>Draws both curves.</summary>
    /// <param name="scorer">The model.</param>
    /// <param name="image">[1, C, H, W].</param>
    /// <param name="measured">The score.</param>
    /// <param name="map">The map; brought to the picture's pixels bilinearly.</param>
    /// <param name="fill">What stands where pixels are removed; null for the defaults.</param>
    /// <param name="steps">Steps from no pixel to all, at least 1 (default 32); after step s, ⌊s · H·W / steps⌋ pixels are.</param>
    /// <param name="seed">What the order of equal values is drawn from.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ShapeException">The picture is not of the scorer's size.</exception>
    public static DeletionInsertion Of(
        PictureScorer scorer, Tensor image, ITarget measured, ScalarMap map, PictureFill? fill = null, int steps = 32, ulong seed = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (image.Shape != scorer.Picture)
        {
            throw new ShapeException("deletion", scorer.Picture.ToString(), image.Shape.ToString());
        }

        (int channels, int height, int width) = (image.Shape[1], image.Shape[2], image.Shape[3]);
        ReadOnlySpan<float> pixels = image.AsSpan<float>();
        float[] filled = (fill ?? new PictureFill()).Of(pixels, channels, height, width);
        int[] order = PixelOrder.Descending(map.ResizedTo(height, width).Values, new Generator(seed).Fork("ties"));
        double[] deletion = scorer.Score(Steps(pixels, filled, order, steps), measured, cancellation);
        double[] insertion = scorer.Score(Steps(filled, pixels, order, steps), measured, cancellation);
        return new DeletionInsertion(new PerturbationCurve(deletion), new PerturbationCurve(insertion));
    }

    /// <summary>The pictures from one to the other, a step's pixels at a time.</summary>
    private static float[] Steps(ReadOnlySpan<float> from, ReadOnlySpan<float> to, int[] order, int steps)
    {
        int each = from.Length, plane = order.Length;
        float[] pictures = new float[(steps + 1) * each];
        from.CopyTo(pictures);
        int done = 0;
        for (int step = 1; step <= steps; step++)
        {
            Span<float> picture = pictures.AsSpan(step * each, each);
            pictures.AsSpan((step - 1) * each, each).CopyTo(picture);
            int end = (int)((long)step * plane / steps);
            for (; done < end; done++)
            {
                for (int at = order[done]; at < each; at += plane)
                {
                    picture[at] = to[at];
                }
            }
        }

        return pictures;
    }
}
