using Fovea.Simd.Drivers;

namespace Fovea.Inspect;

/// <summary>
/// ROAD, "remove and debias": the score after shares of the picture were removed and filled in so that the removal itself tells nothing.
/// Rong et al., "A consistent and efficient evaluation strategy for attribution methods", 2022.
/// </summary>
/// <param name="MostRelevantFirst">The mean score over the shares when pixels of the largest values are removed: small for a good map.</param>
/// <param name="LeastRelevantFirst">The same when pixels of the smallest values are removed: large for a good map.</param>
public sealed record RemoveAndDebias(double MostRelevantFirst, double LeastRelevantFirst)
{
    /// <summary>(least − most) / 2, from −1 to 1: both in one number that no bias of the filling moves.</summary>
    public double Combined => (LeastRelevantFirst - MostRelevantFirst) / 2;

    /// <summary>The shares that are removed.</summary>
    public static IReadOnlyList<double> DefaultShares { get; } = [0.2, 0.4, 0.6, 0.8];

    /// <summary>Measures a map of a picture.</summary>
    /// <param name="scorer">The model.</param>
    /// <param name="image">[1, C, H, W].</param>
    /// <param name="measured">The score.</param>
    /// <param name="map">The map; brought to the picture's pixels bilinearly.</param>
    /// <param name="shares">Shares of pixels, each above 0 and below 1; null for 20, 40, 60 and 80 %.</param>
    /// <param name="noise">Deviation of the noise on what is filled in, at least 0, in the picture's normalised units (default 0.01).</param>
    /// <param name="seed">What noise and the order of equal values are drawn from.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="ShapeException">The picture is not of the scorer's size.</exception>
    public static RemoveAndDebias Of(
        PictureScorer scorer, Tensor image, ITarget measured, ScalarMap map, IReadOnlyList<double>? shares = null, double noise = 0.01, ulong seed = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(map);
        var picture = new PerturbedPicture("road", scorer, image, measured, seed) { Noise = noise };
        return Of(picture, picture.Order(map), shares ?? DefaultShares, cancellation);
    }

    /// <summary>Measures the order that a map has a picture's pixels removed in.</summary>
    internal static RemoveAndDebias Of(PerturbedPicture picture, int[] order, IReadOnlyList<double> shares, CancellationToken cancellation)
    {
        if (shares.Count == 0 || shares.Any(static s => s is not (> 0 and < 1)))
        {
            throw new OptionException("road", $"shares: expected numbers above 0 and below 1, got {string.Join(", ", shares)}.");
        }

        (int channels, int height, int width) = picture.Size;
        int each = picture.Pixels.Length;
        float[] pictures = new float[2 * shares.Count * each];
        double[] drawn = picture.Drawn;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ParallelPool.Threads, CancellationToken = cancellation };
        Parallel.For(0, 2 * shares.Count, parallel, i =>
        {
            int count = Math.Clamp((int)(shares[i / 2] * order.Length), 1, order.Length - 1);
            bool[] removed = new bool[order.Length];
            foreach (int at in i % 2 == 0 ? order.AsSpan(0, count) : order.AsSpan(order.Length - count))
            {
                removed[at] = true;
            }

            Span<float> pixels = pictures.AsSpan(i * each, each);
            picture.Pixels.CopyTo(pixels);
            NoisyLinearImputation.Fill(pixels, channels, height, width, removed, drawn);
        });

        double[] scores = picture.Score(pictures, cancellation);
        return new RemoveAndDebias(
            scores.Where(static (_, i) => i % 2 == 0).Average(), scores.Where(static (_, i) => i % 2 == 1).Average());
    }
}
