namespace Fovea.Inspect;

/// <summary>
/// Intervals of means over pictures by the percentile bootstrap (Efron 1979): pictures are drawn anew with replacement, each draw gives a mean, and the
/// interval has the middle share of the draws' means. Every mean is taken over the same draws, so the interval of a difference is that of the pairs'.
/// </summary>
public sealed class PairedBootstrap
{
    private readonly int[][] _draws;
    private readonly double _confidence;

    /// <summary>Draws.</summary>
    /// <param name="pictures">How many pictures, at least 1.</param>
    /// <param name="draws">How often they are drawn anew, at least 100 (default 2000).</param>
    /// <param name="confidence">The share of draws inside the interval, above 0 and below 1 (default 0.95).</param>
    /// <param name="seed">What the draws are derived from (default 0).</param>
    public PairedBootstrap(int pictures, int draws = 2000, double confidence = 0.95, ulong seed = 0)
        : this(Draw(pictures, draws, seed), confidence)
    {
    }

    /// <summary>Takes draws as they are: for each, the pictures in it.</summary>
    internal PairedBootstrap(int[][] draws, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(confidence, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(confidence, 1);
        (_draws, _confidence) = (draws, confidence);
    }

    /// <summary>The mean of values, one a picture, with its interval; NaN values (pictures that have none) are left out.</summary>
    public Estimate Mean(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        double mean = MeanOf(values, Enumerable.Range(0, values.Count));
        double[] means = [.. _draws.Select(draw => MeanOf(values, draw)).Where(static m => !double.IsNaN(m)).Order()];
        return means.Length == 0
            ? new Estimate(double.NaN, double.NaN, double.NaN)
            : new Estimate(mean, Quantile(means, (1 - _confidence) / 2), Quantile(means, (1 + _confidence) / 2));
    }

    /// <summary>The mean of <c>first − second</c>, picture by picture, with its interval.</summary>
    public Estimate Difference(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Mean([.. first.Zip(second, static (a, b) => a - b)]);
    }

    private static double MeanOf(IReadOnlyList<double> values, IEnumerable<int> pictures)
    {
        double sum = 0;
        int count = 0;
        foreach (int picture in pictures)
        {
            double value = values[picture];
            if (!double.IsNaN(value))
            {
                sum += value;
                count++;
            }
        }

        return count == 0 ? double.NaN : sum / count;
    }

    // Linear between neighbours, as NumPy's default.
    private static double Quantile(double[] sorted, double share)
    {
        double at = share * (sorted.Length - 1);
        int below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }

    private static int[][] Draw(int pictures, int draws, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pictures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 100);
        Generator random = new Generator(seed).Fork("bootstrap");
        int[][] made = new int[draws][];
        for (int i = 0; i < draws; i++)
        {
            made[i] = new int[pictures];
            for (int j = 0; j < pictures; j++)
            {
                made[i][j] = random.Next(pictures);
            }
        }

        return made;
    }
}
