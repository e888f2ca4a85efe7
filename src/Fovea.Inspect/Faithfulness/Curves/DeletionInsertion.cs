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
        ArgumentNullException.ThrowIfNull(map);
        var picture = new PerturbedPicture("deletion", scorer, image, measured, seed) { Fill = fill ?? new PictureFill() };
        return Of(picture, picture.Order(map), steps, cancellation);
    }

    /// <summary>Draws both curves of the order that a map has a picture's pixels removed in.</summary>
    internal static DeletionInsertion Of(PerturbedPicture picture, int[] order, int steps, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        (double whole, double filled) = picture.Ends(cancellation);
        double[] deletion = picture.Score(Between(picture.Pixels, picture.Filled, order, steps), cancellation);
        double[] insertion = picture.Score(Between(picture.Filled, picture.Pixels, order, steps), cancellation);
        return new DeletionInsertion(new PerturbationCurve([whole, .. deletion, filled]), new PerturbationCurve([filled, .. insertion, whole]));
    }

    /// <summary>The pictures between one and the other, a step's pixels at a time; the ends are the same whatever the order.</summary>
    private static float[] Between(float[] from, float[] to, int[] order, int steps)
    {
        int each = from.Length, plane = order.Length, done = 0;
        float[] pictures = new float[(steps - 1) * each], now = [.. from];
        for (int step = 1; step < steps; step++)
        {
            int end = (int)((long)step * plane / steps);
            for (; done < end; done++)
            {
                for (int at = order[done]; at < each; at += plane)
                {
                    now[at] = to[at];
                }
            }

            now.CopyTo(pictures, (step - 1) * each);
        }

        return pictures;
    }
}
