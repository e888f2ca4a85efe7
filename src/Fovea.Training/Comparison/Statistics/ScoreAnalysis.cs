namespace Fovea.Training;

/// <summary>A number with what it may be.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Error">Its standard error; null where nothing can be said.</param>
/// <param name="Freedom">Degrees of freedom of the error.</param>
internal readonly record struct Estimated(double Value, double? Error, double Freedom)
{
    /// <summary>
    /// Half the width of the interval that leaves out a probability on both sides together; null without an error, and where all was the same: that chance has not been
    /// seen does not make it nothing.
    /// </summary>
    public double? HalfWidth(double p) => Error is > 0 and var error ? error * StudentT.Exceeded(p, Freedom) : null;

    /// <summary>The probability of a value as far from 0 if the truth were 0; null where nothing can be said.</summary>
    public double? Probability => Error is not { } error ? null : error > 0 ? StudentT.TwoSided(Value / error, Freedom) : Value == 0 ? 1 : null;
}

/// <summary>
/// Compares candidates that were trained with the same seeds. A score varies because another seed trains another network, and because other images would be judged
/// otherwise; decision 23 derives how both enter.
/// </summary>
internal sealed class ScoreAnalysis
{
    private readonly IReadOnlyList<ScoredRuns> _candidates;
    private readonly bool _sameImages;
    private readonly int _seeds;
    private readonly double? _betweenSeeds;

    /// <summary>Analyses candidates.</summary>
    /// <param name="candidates">All that ran to the end, each with as many seeds.</param>
    /// <param name="sameImages">Whether all seeds were judged on the same images; else each has its own.</param>
    public ScoreAnalysis(IReadOnlyList<ScoredRuns> candidates, bool sameImages)
    {
        _candidates = candidates;
        _sameImages = sameImages;
        _seeds = candidates.Count > 0 ? candidates[0].Scores.Count : 0;
        Freedom = Math.Max(0, candidates.Count - 1) * Math.Max(0, _seeds - 1);
        if (Freedom < 1)
        {
            return;
        }

        // Candidates × seeds: what is left when each candidate's mean and each seed's are taken off is the chance of a single run.
        double mean = candidates.Average(c => c.Mean);
        double[] seeds = [.. Enumerable.Range(0, _seeds).Select(s => candidates.Average(c => c.Scores[s]))];
        RunVariance = candidates.Sum(c => c.Scores.Select((score, s) => Square(score - c.Mean - seeds[s] + mean)).Sum()) / Freedom;
        _betweenSeeds = candidates.Count * seeds.Sum(m => Square(m - mean)) / (_seeds - 1);
    }

    /// <summary>Degrees of freedom of <see cref="RunVariance"/>: (candidates − 1)(seeds − 1).</summary>
    public int Freedom { get; }

    /// <summary>Variance of a single run's score by its seed, pooled over the candidates; null with one seed or one candidate.</summary>
    public double? RunVariance { get; }

    /// <summary>Whether images enter: the score is a mean over them.</summary>
    public bool HasImages => _candidates.All(c => Usable(c.Terms));

    /// <summary>A candidate's score. With one seed its error is that of the images alone, for the network as it was trained.</summary>
    public Estimated Score(int candidate)
    {
        ScoredRuns runs = _candidates[candidate];
        CrossedMeans? images = Usable(runs.Terms) ? new CrossedMeans(runs.Terms!) : null;
        if (RunVariance is not { } own || _betweenSeeds is not { } shared)
        {
            return OfGivenRuns(runs.Mean, images, runs.Terms);
        }

        // The variance of one run is what seeds do to all candidates, and what they do to each: of mean squares with very different freedom.
        int count = _candidates.Count;
        double first = shared / count, second = own * (count - 1) / count, variance = (first + second) / _seeds;
        double freedom = first + second > 0 ? Square(first + second) / ((Square(first) / (_seeds - 1)) + (Square(second) / Freedom)) : Freedom;
        return With(runs.Mean, variance, images, freedom);
    }

    /// <summary>A candidate's score less another's. With one seed its error is that of the images alone, and there is no <see cref="Estimated.Probability"/> to speak of.</summary>
    public Estimated Difference(int candidate, int baseline)
    {
        (ScoredRuns a, ScoredRuns b) = (_candidates[candidate], _candidates[baseline]);
        IReadOnlyList<IReadOnlyList<double>>? terms = Usable(a.Terms) && Usable(b.Terms)
            ? [.. a.Terms!.Zip(b.Terms!, (x, y) => (IReadOnlyList<double>)[.. x.Zip(y, (p, q) => p - q)])]
            : null;
        CrossedMeans? images = terms is null ? null : new CrossedMeans(terms);
        double mean = a.Mean - b.Mean;
        int freedom = terms is null ? Freedom : Math.Min(Freedom, terms[0].Count - 1);
        return RunVariance is { } own ? With(mean, 2 * own / _seeds, images, freedom) : OfGivenRuns(mean, images, terms);
    }

    // The freedom of the runs, the fewest of the two: that test is never too bold (Hsu, 1938), as one with freedom by Satterthwaite's rule would be where two seeds
    // agree by luck.
    private Estimated With(double mean, double ofRuns, CrossedMeans? images, double freedom)
    {
        double variance = images is null ? ofRuns
            : _sameImages ? Math.Max(ofRuns, images.VarianceOfRest) + images.VarianceOfImages
            : Math.Max(ofRuns, images.VarianceOfOwnImages);
        return new Estimated(mean, Math.Sqrt(variance), freedom);
    }

    private static Estimated OfGivenRuns(double mean, CrossedMeans? images, IReadOnlyList<IReadOnlyList<double>>? terms) =>
        images is null ? new Estimated(mean, null, 0) : new Estimated(mean, Math.Sqrt(images.VarianceOfGivenRuns), terms![0].Count - 1);

    private bool Usable(IReadOnlyList<IReadOnlyList<double>>? terms) =>
        terms is not null && terms.Count == _seeds && terms[0].Count >= 2 && terms.All(t => t.Count == terms[0].Count);

    private static double Square(double x) => x * x;
}
