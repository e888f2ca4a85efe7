namespace Fovea.Training;

/// <summary>What a comparison came to: which candidates are better than the baseline, how surely, and at what cost.</summary>
public sealed record ComparisonResult
{
    /// <summary>The comparison's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether all its runs are done.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>The answer in a few sentences.</summary>
    public required string Conclusion { get; init; }

    /// <summary>How the differences were tested, and what the intervals are over.</summary>
    public required string Method { get; init; }

    /// <summary>The data, as people name them.</summary>
    public required string Data { get; init; }

    /// <summary>The model that the candidates are built on.</summary>
    public required string Model { get; init; }

    /// <summary>What the scores are.</summary>
    public required TaskMetric Metric { get; init; }

    /// <summary>What the steps were timed on, by its name (<see cref="IModuleEngine.Name"/>); null for our own engine.</summary>
    public string? Engine { get; init; }

    /// <summary>Epochs of a whole run.</summary>
    public required int Epochs { get; init; }

    /// <summary>The seeds.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>Images that each run was judged on; 0 while none is done.</summary>
    public required int ValidationImages { get; init; }

    /// <summary>Runs that are done, and runs in all that are to be done.</summary>
    public required (int Done, int All) Runs { get; init; }

    /// <summary>The candidates, in the order in which they were named.</summary>
    public required IReadOnlyList<ComparedCandidate> Candidates { get; init; }

    /// <summary>The candidate that the others are compared with.</summary>
    public required ComparedCandidate Baseline { get; init; }

    /// <summary>Degrees of freedom of the test; 0 where there is none.</summary>
    public required int Freedom { get; init; }

    /// <summary>Epochs after which the better half went on, and the last; one number without a budget.</summary>
    public required IReadOnlyList<int> Rungs { get; init; }

    /// <summary>The time that was asked for, and the time that the runs took, in seconds; null without a budget.</summary>
    public (double Asked, double Taken)? Budget { get; init; }

    /// <summary>The page.</summary>
    public required string Report { get; init; }

    /// <summary>The command that goes on with it; null when it is complete.</summary>
    public string? ResumeCommand { get; init; }

    /// <summary>The candidates that are better than the baseline beyond chance: corrected probability below 0.05.</summary>
    public IReadOnlyList<ComparedCandidate> Better => [.. Significant.Where(c => IsGain(c.Difference!.Value.Value))];

    /// <summary>The candidates that are worse than the baseline beyond chance.</summary>
    public IReadOnlyList<ComparedCandidate> Worse => [.. Significant.Where(c => !IsGain(c.Difference!.Value.Value))];

    private IEnumerable<ComparedCandidate> Significant => Candidates.Where(c => c is { Difference: not null, CorrectedProbability: < ComparisonJudge.Level });

    /// <summary>One line of JSON: <c>{"conclusion":…,"metric":…,"baseline":…,"candidates":[{"name":…,"score":…,"low":…,"high":…,"difference":…,"p":…,"correctedP":…,…},…]}</c> and more.</summary>
    public string ToJson() => ComparisonText.Json(this);

    private bool IsGain(double difference) => Metric.LowerIsBetter ? difference < 0 : difference > 0;
}
