namespace Fovea.Training;

/// <summary>What one fold of a cross-validation came to.</summary>
public sealed record FoldResult
{
    /// <summary>Which fold was held out, counted from 1.</summary>
    public required int Fold { get; init; }

    /// <summary>Name of its run folder within the cross-validation's.</summary>
    public required string Run { get; init; }

    /// <summary>Images that were held out.</summary>
    public required int Images { get; init; }

    /// <summary>The best epoch, counted from 1.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>Wall-clock seconds of training and validation.</summary>
    public required double Seconds { get; init; }

    /// <summary>What the best weights reach on the images that were held out, under the names of the task's metrics.</summary>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }
}
