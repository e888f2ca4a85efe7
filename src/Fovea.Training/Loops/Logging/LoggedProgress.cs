using Microsoft.Extensions.Logging;

namespace Fovea.Training;

/// <summary>
/// Writes what happens in a training run or an evaluation to a logger, and hands it on: warnings as such; the start, epochs and checkpoints as
/// information; batches as debug; the share of a data check that is done as trace.
/// </summary>
/// <example>
/// <code>
/// Trainer.Train(options, new LoggedProgress(loggerFactory.CreateLogger("training")));
/// </code>
/// </example>
/// <param name="logger">Where to.</param>
/// <param name="next">Told as well, after the logger; null for nobody.</param>
public sealed class LoggedProgress(ILogger logger, IProgress<TrainingEvent>? next = null) : IProgress<TrainingEvent>
{
    private readonly ILogger _logger = logger ?? throw new ArgumentNullException(nameof(logger));

    /// <inheritdoc/>
    public void Report(TrainingEvent value)
    {
        ArgumentNullException.ThrowIfNull(value);
        switch (value)
        {
            case RunStarted { Resumed: false } s:
                _logger.Started(s.Model, s.Parameters, s.TrainImages, s.ValidationImages, s.Epochs, s.Run);
                break;
            case RunStarted s:
                _logger.Resumed(s.Model, s.FirstEpoch, s.Epochs, s.Run);
                break;
            case BatchDone b:
                _logger.Batch(b.Epoch, b.Batch, b.Batches, b.Loss, b.LearningRate, b.ImagesPerSecond);
                break;
            case EpochDone e:
                _logger.Epoch(e.Metrics.Epoch, e.Epochs, e.Metrics.TrainLoss, e.Metrics.ValLoss, e.Metric.Title, e.Score, e.IsBest);
                break;
            case CheckpointSaved c:
                _logger.Checkpoint(c.Path);
                break;
            case TrainingWarning w:
                _logger.Warning(w.Message);
                break;
            case EvaluationProgress p:
                _logger.Evaluated(p.Images, p.Total);
                break;
            case DataCheckProgress d:
                _logger.Checked(d.Share);
                break;
            case MemoryEstimated m:
                _logger.Memory(m.Memory.Text);
                break;
            default:
                _logger.Other(value);
                break;
        }

        next?.Report(value);
    }
}
