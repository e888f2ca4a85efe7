using System.Text.Json;

namespace Fovea.Training;

/// <summary>The run's <c>status.json</c>: what another program needs to know about a run without reading its log.</summary>
public sealed record RunStatus
{
    /// <summary>"running", "completed", "stopped-early", "time-limit", "interrupted", "diverged" or "failed".</summary>
    public required string State { get; init; }

    /// <summary>The process that works or worked on it.</summary>
    public int ProcessId { get; init; } = Environment.ProcessId;

    /// <summary>When that process began, in UTC.</summary>
    public DateTime Started { get; init; }

    /// <summary>When this was written, in UTC.</summary>
    public DateTime Updated { get; init; } = DateTime.UtcNow;

    /// <summary>Whole epochs that are done.</summary>
    public int Epoch { get; init; }

    /// <summary>Epochs in all.</summary>
    public int Epochs { get; init; }

    /// <summary>What the best epoch is chosen by: <c>top1</c>, <c>mean_iou</c>, or another name of <c>metrics.csv</c> without its <c>val_</c>.</summary>
    public string? Metric { get; init; }

    /// <summary>The best of it so far; null without validation.</summary>
    public double? Best { get; init; }

    /// <summary>The best validation top-1 so far; null without validation, and for other tasks.</summary>
    public double? BestTop1 => Metric == "top1" ? Best : null;

    /// <summary>The best mean intersection over union so far; null without validation, and for other tasks.</summary>
    public double? BestMeanIou => Metric == "mean_iou" ? Best : null;

    /// <summary>The error, for a run that failed.</summary>
    public string? Message { get; init; }

    /// <summary>The command that continues the run; null when there is nothing left to do.</summary>
    public string? ResumeCommand { get; init; }

    internal void Write(RunFolder? run) =>
        run?.WriteText("status.json", JsonSerializer.Serialize(this, RunsJson.Default.RunStatus));
}
