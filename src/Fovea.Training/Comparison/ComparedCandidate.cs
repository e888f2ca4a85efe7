namespace Fovea.Training;

/// <summary>How far a candidate of a comparison came.</summary>
public enum CandidateOutcome
{
    /// <summary>Its runs are not all done.</summary>
    Pending,

    /// <summary>All its runs are done.</summary>
    Completed,

    /// <summary>It was dropped before the end, to keep the budget.</summary>
    Dropped,

    /// <summary>The loss of one of its runs was not finite again and again.</summary>
    Diverged,
}

/// <summary>A number and the interval that it lies in.</summary>
/// <param name="Value">The number.</param>
/// <param name="Low">The lower end; null where nothing can be said.</param>
/// <param name="High">The upper end; null where nothing can be said.</param>
public readonly record struct Measured(double Value, double? Low, double? High);

/// <summary>A candidate of a comparison: how good it is, how surely, and what it costs.</summary>
public sealed record ComparedCandidate
{
    /// <summary>What it is called: <c>se</c>, <c>se from resnet18</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its mechanism; "none" for none.</summary>
    public required string Attention { get; init; }

    /// <summary>How far it came.</summary>
    public required CandidateOutcome Outcome { get; init; }

    /// <summary>Whole epochs of each of its runs.</summary>
    public required int Epochs { get; init; }

    /// <summary>The score of each of its runs, in the order of the seeds; null for one without.</summary>
    public required IReadOnlyList<double?> Scores { get; init; }

    /// <summary>The folders of its runs, in the order of the seeds.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>
    /// The mean score with its 95 % interval over seeds and images; null unless <see cref="CandidateOutcome.Completed"/>. Of a candidate that was dropped
    /// the score at that time is in <see cref="Note"/>.
    /// </summary>
    public Measured? Score { get; init; }

    /// <summary>The score less the baseline's, with an interval that holds with 95 % for all candidates together; null where there is none.</summary>
    public Measured? Difference { get; init; }

    /// <summary>The probability of a difference as large by chance; null where nothing can be said.</summary>
    public double? Probability { get; init; }

    /// <summary>The same, corrected by Holm's method for the number of candidates.</summary>
    public double? CorrectedProbability { get; init; }

    /// <summary>Numbers of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of the model on one image.</summary>
    public required long MultiplyAdds { get; init; }

    /// <summary>The native memory at the peak of a training step, measured: weights, gradients, optimiser, what the tape keeps and what kernels work in, in bytes; null where another engine computes.</summary>
    public required long? MemoryBytes { get; init; }

    /// <summary>The time of a training step on a batch in memory, in seconds: of several turns of all candidates the median.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>What became of it, in a sentence; null for nothing to say.</summary>
    public string? Note { get; init; }
}
