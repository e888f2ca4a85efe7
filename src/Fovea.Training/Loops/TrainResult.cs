using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>How a run ended.</summary>
public enum TrainOutcome
{
    /// <summary>All epochs are done.</summary>
    Completed,

    /// <summary>The validation result did not improve for as many epochs as the patience allows.</summary>
    StoppedEarly,

    /// <summary>The time limit was reached; the run can be resumed.</summary>
    TimeLimit,

    /// <summary>Cancelled; <c>interrupt.ckpt</c> was written and the run can be resumed (exit code 130).</summary>
    Interrupted,
}

/// <summary>What a training run came to. <see cref="ToJson"/> is the last line of <c>train --json</c>.</summary>
public sealed record TrainResult
{
    /// <summary>The run folder.</summary>
    public required string Run { get; init; }

    /// <summary>How the run ended.</summary>
    public required TrainOutcome Outcome { get; init; }

    /// <summary>Whole epochs that are done, those before a resume included.</summary>
    public required int Epochs { get; init; }

    /// <summary>
    /// Share of validation images whose most likely class was right at the best epoch, 0 to 1; null without validation, and for segmentation.
    /// </summary>
    public required double? ValTop1 { get; init; }

    /// <summary>Mean intersection over union on the validation masks at the best epoch; null for classifiers and without validation.</summary>
    public double? ValMeanIou { get; init; }

    /// <summary>The epoch that <see cref="ValTop1"/> is of, counted from 1; 0 when there was none.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>Wall-clock seconds of training and validation, those before a resume included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Training images per second of training time (validation not counted).</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>What the run was expected to take before its first step; null where it is not known, and for runs from code.</summary>
    public MemoryEstimate? Memory { get; init; }

    /// <summary>
    /// The validation of the best weights at the end of the run; null when it was interrupted, has no validation images, or is a segmentation.
    /// </summary>
    public EvaluationResult? Validation { get; init; }

    /// <summary>The same for a segmentation, with distances.</summary>
    public SegmentationResult? Segmentation { get; init; }

    /// <summary>The rows of <c>metrics.csv</c>.</summary>
    public IReadOnlyList<EpochMetrics> History { get; init; } = [];

    /// <summary>The self-contained report; null when the run was interrupted.</summary>
    public string? Report { get; init; }

    /// <summary>The command that continues the run; null when it is complete.</summary>
    public string? ResumeCommand { get; init; }

    /// <summary>One line of JSON: <c>{"run":…,"epochs":…,"valTop1":…,"seconds":…,"imagesPerSecond":…}</c> and more.</summary>
    public string ToJson() => JsonLine.Of(json =>
    {
        json.WriteString("run", Run);
        json.WriteNumber("epochs", Epochs);
        json.Number("valTop1", ValTop1);
        json.Number("seconds", Seconds);
        json.Number("imagesPerSecond", ImagesPerSecond);
        if (Segmentation is not null || ValMeanIou is not null)
        {
            json.Number("valMeanIou", ValMeanIou);
            json.Number("valMeanDice", Segmentation?.MeanDice);
        }

        json.Number("memoryEstimate", Memory?.Total);
        json.WriteNumber("bestEpoch", BestEpoch);
        json.WriteString("outcome", Outcome.ToString());
        json.WriteString("report", Report);
        json.WriteString("resumeCommand", ResumeCommand);
    });
}

/// <summary>One row of <c>metrics.csv</c>: an epoch.</summary>
public sealed record EpochMetrics
{
    /// <summary>The epoch, counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Optimiser steps done when it ended.</summary>
    public required long Step { get; init; }

    /// <summary>Mean training loss over the epoch's images.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>Share of training images (as augmented) whose most likely class was right, 0 to 1; for segmentation of their pixels.</summary>
    public required double TrainTop1 { get; init; }

    /// <summary>Mean validation loss; null without validation images.</summary>
    public double? ValLoss { get; init; }

    /// <summary>Share of validation images whose most likely class was right.</summary>
    public double? ValTop1 { get; init; }

    /// <summary>Share of validation images with the right class among the five most likely.</summary>
    public double? ValTop5 { get; init; }

    /// <summary>Expected calibration error on the validation images.</summary>
    public double? ValEce { get; init; }

    /// <summary>Mean intersection over union on the validation masks; null for classifiers.</summary>
    public double? ValMeanIou { get; init; }

    /// <summary>Mean of Dice's coefficients on the validation masks; null for classifiers.</summary>
    public double? ValMeanDice { get; init; }

    /// <summary>Share of right pixels on the validation masks; null for classifiers.</summary>
    public double? ValPixelAccuracy { get; init; }

    /// <summary>What the best epoch is chosen by: top-1, or the mean intersection over union; null without validation images.</summary>
    [JsonIgnore]
    public double? ValScore => ValTop1 ?? ValMeanIou;

    /// <summary>Learning rate of the epoch's last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Mean norm of all gradients together, before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Training images per second.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Seconds of training and validation.</summary>
    public required double Seconds { get; init; }
}
