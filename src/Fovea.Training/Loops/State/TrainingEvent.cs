namespace Fovea.Training;

/// <summary>Something that happened in a run: what a progress bar, a log or a notebook listens to. Reported on the training thread.</summary>
public abstract record TrainingEvent;

/// <summary>The run begins (or continues).</summary>
/// <param name="Run">The run folder; empty when nothing is written.</param>
/// <param name="Model">What is trained, in words.</param>
/// <param name="Parameters">Numbers that are trained.</param>
/// <param name="TrainImages">Training images per epoch.</param>
/// <param name="ValidationImages">Validation images.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="FirstEpoch">The epoch that comes first now, counted from 1.</param>
/// <param name="Resumed">Whether the run was there before.</param>
public sealed record RunStarted(
    string Run, string Model, long Parameters, int TrainImages, int ValidationImages, int Epochs, int FirstEpoch, bool Resumed) : TrainingEvent
{
    /// <summary>Numbers of the model in all, the frozen ones included.</summary>
    public long TotalParameters { get; init; } = Parameters;
}

/// <summary>A batch of a training epoch is done.</summary>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Batch">Batches of the epoch that are done.</param>
/// <param name="Batches">Batches per epoch.</param>
/// <param name="Loss">Mean loss of the epoch so far.</param>
/// <param name="Score">What the task measured in the epoch so far: its <see cref="ITask.TrainMetric"/>.</param>
/// <param name="LearningRate">The learning rate in force.</param>
/// <param name="ImagesPerSecond">Speed of late.</param>
/// <param name="TimeLeft">Expected time to the end of the run, validation included.</param>
public sealed record BatchDone(
    int Epoch, int Epochs, int Batch, int Batches, double Loss, double Score, double LearningRate, double ImagesPerSecond, TimeSpan TimeLeft)
    : TrainingEvent
{
    /// <summary>What <see cref="Score"/> is.</summary>
    public required TaskMetric Metric { get; init; }
}

/// <summary>A batch of an evaluation is done.</summary>
/// <param name="Images">Images that are done.</param>
/// <param name="Total">Images in all.</param>
/// <param name="Score">The task's score so far (<see cref="ITask.Score"/>); null while nothing counts.</param>
public sealed record EvaluationProgress(int Images, int Total, double? Score) : TrainingEvent
{
    /// <summary>What <see cref="Score"/> is.</summary>
    public required TaskMetric Metric { get; init; }
}

/// <summary>An epoch is done, validation included.</summary>
/// <param name="Metrics">Its row of <c>metrics.csv</c>.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="IsBest">Whether it is the best so far.</param>
public sealed record EpochDone(EpochMetrics Metrics, int Epochs, bool IsBest) : TrainingEvent
{
    /// <summary>Which of the training metrics is shown.</summary>
    public required TaskMetric TrainMetric { get; init; }

    /// <summary>Which of the validation metrics the best epoch is chosen by.</summary>
    public required TaskMetric Metric { get; init; }

    /// <summary>Whether the validation has a loss (default true).</summary>
    public bool HasValidationLoss { get; init; } = true;

    /// <summary>The value of <see cref="TrainMetric"/>.</summary>
    public double? TrainScore => Metrics.Train[TrainMetric.Name];

    /// <summary>The value of <see cref="Metric"/>; null without validation images.</summary>
    public double? Score => Metrics.Validation[Metric.Name];
}

/// <summary>A checkpoint is on disk.</summary>
/// <param name="Path">The file.</param>
public sealed record CheckpointSaved(string Path) : TrainingEvent;

/// <summary>Something to know: a skipped image, a fallback, a loss that was not finite. It is in <c>log.txt</c> as well.</summary>
/// <param name="Message">One or more sentences.</param>
public sealed record TrainingWarning(string Message) : TrainingEvent;

/// <summary>What the run will take is known.</summary>
/// <param name="Memory">The estimate.</param>
public sealed record MemoryEstimated(MemoryEstimate Memory) : TrainingEvent;

/// <summary>A step of a search for the learning rate is done.</summary>
/// <param name="Step">Steps that are done.</param>
/// <param name="Steps">Steps at most.</param>
/// <param name="LearningRate">The step's rate.</param>
/// <param name="Loss">The running mean of the losses.</param>
public sealed record LearningRateTried(int Step, int Steps, double LearningRate, double Loss) : TrainingEvent;

/// <summary>The data are being looked at before the run.</summary>
/// <param name="Share">How much is done, 0 to 1.</param>
public sealed record DataCheckProgress(double Share) : TrainingEvent;

/// <summary>Weights are being fetched from another machine.</summary>
/// <param name="Done">Bytes that have come.</param>
/// <param name="Total">Bytes in all; of several files estimated from those that have come.</param>
public sealed record WeightsProgress(long Done, long Total) : TrainingEvent;

/// <summary>A comparison measures its candidates, or goes on to its next run.</summary>
/// <param name="Message">What it does now.</param>
public sealed record ComparisonProgress(string Message) : TrainingEvent;
