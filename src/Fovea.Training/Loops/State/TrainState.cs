using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>Everything about a run in progress that is neither a tensor nor an option: what a checkpoint holds as text.</summary>
internal sealed record TrainState
{
    /// <summary>The epoch in progress, counted from 0.</summary>
    public int Epoch { get; set; }

    /// <summary>Batches of it that are done.</summary>
    public int Batch { get; set; }

    /// <summary>Images of the training set; 0 in states that were written before it was kept.</summary>
    public int TrainingImages { get; set; }

    /// <summary>Optimiser steps done.</summary>
    public long Step { get; set; }

    /// <summary>Sum of the losses of the epoch's images so far that count.</summary>
    public double LossSum { get; set; }

    /// <summary>Images of the epoch so far.</summary>
    public int Images { get; set; }

    /// <summary>Those of which no pixel counts: they are no part of the epoch's means.</summary>
    public int UncountedImages { get; set; }

    /// <summary>Sum of the task's training metric over the epoch's images so far that count.</summary>
    [JsonPropertyName("correct")]
    public double ScoreSum { get; set; }

    /// <summary>Sum of the gradient norms of the epoch's steps so far.</summary>
    public double NormSum { get; set; }

    /// <summary>The epoch's steps so far.</summary>
    public int Steps { get; set; }

    /// <summary>Seconds spent training in the epoch so far.</summary>
    public double EpochSeconds { get; set; }

    /// <summary>Seconds spent training and validating in all epochs before.</summary>
    public double Seconds { get; set; }

    /// <summary>Seconds spent training alone in all epochs before.</summary>
    public double TrainSeconds { get; set; }

    /// <summary>Images trained on in all epochs before.</summary>
    public long TrainImages { get; set; }

    /// <summary>What the schedule's learning rate is multiplied by: halved each time the run was restored.</summary>
    public double LearningRateScale { get; set; } = 1;

    /// <summary>How often the run was restored after a loss or gradient that was not finite.</summary>
    public int Restores { get; set; }

    /// <summary>The best epoch, counted from 1; 0 when there is none yet.</summary>
    public int BestEpoch { get; set; }

    /// <summary>Its score on the validation images, or null when there are none.</summary>
    public double? BestScore { get; set; }

    /// <summary>Its validation loss, or its training loss when there are no validation images.</summary>
    public double? BestLoss { get; set; }

    /// <summary>Updates of the weight average.</summary>
    public long AverageSteps { get; set; }

    /// <summary>
    /// Where the layers that draw random numbers were in their streams, in states of earlier versions. No longer needed: a layer's stream follows from the epoch and the batch.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Dictionary<string, GeneratorState>? Generators { get; set; }

    /// <summary>Marks of the damaged pictures that were named: each is named once in a run.</summary>
    public HashSet<string> DamagedNamed { get; set; } = [];

    /// <summary>The epochs that are done.</summary>
    public List<EpochMetrics> History { get; set; } = [];

    /// <summary>Mean loss of the epoch so far over the images that count; 0 without any.</summary>
    [JsonIgnore]
    public double MeanLoss => LossSum / Math.Max(1, Images - UncountedImages);

    /// <summary>The task's training metric in the epoch so far, over the images that count; 0 without any.</summary>
    [JsonIgnore]
    public double MeanScore => ScoreSum / Math.Max(1, Images - UncountedImages);

    /// <summary>How far the run is: orders the checkpoints of one run.</summary>
    public long Progress(int batchesPerEpoch) => (long)Epoch * (batchesPerEpoch + 1) + Batch;

    /// <summary>Forgets the sums of the epoch and goes to the next.</summary>
    public void NextEpoch()
    {
        (Epoch, Batch) = (Epoch + 1, 0);
        ForgetSums();
    }

    /// <summary>
    /// Goes back to the beginning of the epoch in progress, for data of another number: the weights stay as they are, and the schedule goes on
    /// where this epoch begins.
    /// </summary>
    public void RestartEpoch(int stepsPerEpoch)
    {
        Batch = 0;
        Step = (long)Epoch * stepsPerEpoch;
        ForgetSums();
    }

    public string ToJson() => JsonSerializer.Serialize(this, TrainingJson.Default.TrainState);

    /// <summary>Reads a state.</summary>
    /// <exception cref="CheckpointException">The text is not one.</exception>
    public static TrainState FromJson(string json, string path)
    {
        try
        {
            return JsonSerializer.Deserialize(json, TrainingJson.Default.TrainState) ?? throw new CheckpointException(path, "its state is null");
        }
        catch (JsonException e)
        {
            throw new CheckpointException(path, $"its state cannot be read: {e.Message}", e);
        }
    }

    private void ForgetSums() => (LossSum, Images, UncountedImages, ScoreSum, NormSum, Steps, EpochSeconds) = (0, 0, 0, 0, 0, 0, 0);
}
