using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>One row of <c>metrics.csv</c>: an epoch.</summary>
[JsonConverter(typeof(EpochMetricsConverter))]
public sealed record EpochMetrics
{
    /// <summary>The epoch, counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Optimiser steps done when it ended.</summary>
    public required long Step { get; init; }

    /// <summary>Mean training loss over the epoch's images.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>What the task measured on the training images as augmented: <see cref="ITask.TrainMetric"/>.</summary>
    public MetricSet Train { get; init; } = MetricSet.Empty;

    /// <summary>Mean validation loss; null without validation images, after epochs that are not validated, and where it is not finite.</summary>
    public double? ValLoss { get; init; }

    /// <summary>What the task measured on the validation images: its <see cref="ITask.Metrics"/>; empty without such images, and after epochs that are not validated.</summary>
    public MetricSet Validation { get; init; } = MetricSet.Empty;

    /// <summary>Learning rate of the epoch's last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Mean norm of all gradients together, before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Training images per second.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Seconds of training and validation.</summary>
    public required double Seconds { get; init; }

    /// <summary>The row with the number of a checkpoint of before tasks had metrics of their own under the name that it has now.</summary>
    internal EpochMetrics Named(TaskMetric train) => Train.Values is [(EpochMetricsConverter.Unnamed, var value)] ? this with { Train = new MetricSet((train.Name, value)) } : this;
}
