namespace Fovea.Training;

/// <summary>What the runs of a candidate came to.</summary>
/// <param name="Scores">The score under each seed.</param>
/// <param name="Terms">Under each seed the numbers that its score is the mean of, image by image; null where it is no such mean.</param>
internal sealed record ScoredRuns(IReadOnlyList<double> Scores, IReadOnlyList<IReadOnlyList<double>>? Terms)
{
    /// <summary>The mean score.</summary>
    public double Mean => Scores.Average();
}
