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
    // Always there, under the name that scripts know, also where it is null.
    private const string Top1 = "top1";

    /// <summary>The run folder.</summary>
    public required string Run { get; init; }

    /// <summary>How the run ended.</summary>
    public required TrainOutcome Outcome { get; init; }

    /// <summary>Whole epochs that are done, those before a resume included.</summary>
    public required int Epochs { get; init; }

    /// <summary>What was learnt.</summary>
    public required ITask Task { get; init; }

    /// <summary>The task's score (<see cref="ITask.Score"/>) on the validation images at the best epoch; null without any.</summary>
    public required double? Score { get; init; }

    /// <summary>
    /// Share of validation images whose most likely class was right at the best epoch, 0 to 1; null without validation, and for other tasks.
    /// </summary>
    public double? ValTop1 => Named(Top1);

    /// <summary>Mean intersection over union on the validation masks at the best epoch; null for other tasks and without validation.</summary>
    public double? ValMeanIou => Named("mean_iou");

    /// <summary>The epoch that <see cref="Score"/> is of, counted from 1; 0 when there was none.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>Wall-clock seconds of training and validation, those before a resume included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Training images per second of training time (validation not counted).</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>What the run was expected to take before its first step; null where it is not known, and for runs from code.</summary>
    public MemoryEstimate? Memory { get; init; }

    /// <summary>The validation of the best weights at the end of the run; null when it was interrupted or has no validation images.</summary>
    public Evaluation? Evaluation { get; init; }

    /// <summary>The same of a classifier; null for other tasks.</summary>
    public EvaluationResult? Validation => Evaluation as EvaluationResult;

    /// <summary>The same of a segmentation, with distances; null for other tasks.</summary>
    public SegmentationResult? Segmentation => Evaluation as SegmentationResult;

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
        foreach (TaskMetric metric in Evaluation is null && Score is null ? [] : Task.Metrics.Where(m => m.Name != Top1))
        {
            json.Number(metric.JsonName("val"), metric == Task.Score ? Score : Evaluation?.Metrics[metric.Name]);
        }

        json.Number("memoryEstimate", Memory?.Total);
        json.WriteNumber("bestEpoch", BestEpoch);
        json.WriteString("outcome", Outcome.ToString());
        json.WriteString("report", Report);
        json.WriteString("resumeCommand", ResumeCommand);
    });

    private double? Named(string metric) => Task.Score.Name == metric ? Score : null;
}
