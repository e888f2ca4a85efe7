namespace Fovea.Inspect;

/// <summary>What becomes of a score while a picture is taken apart, or put together.</summary>
/// <param name="Scores">The score after each step, from the beginning (no pixel) to the end (all pixels); steps are alike.</param>
public sealed record PerturbationCurve(IReadOnlyList<double> Scores)
{
    /// <summary>The area under the curve over the share of pixels from 0 to 1, by trapezoids: the mean score on the way.</summary>
    public double Area => (Scores.Sum() - (Scores[0] + Scores[^1]) / 2) / (Scores.Count - 1);

    /// <summary>The mean of curves of equally many steps, point by point.</summary>
    public static PerturbationCurve Mean(IReadOnlyCollection<PerturbationCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        return new([.. Enumerable.Range(0, curves.First().Scores.Count).Select(i => curves.Average(c => c.Scores[i]))]);
    }
}
