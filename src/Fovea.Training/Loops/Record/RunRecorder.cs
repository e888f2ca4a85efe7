using Fovea.Io;

namespace Fovea.Training;

/// <summary>
/// Everything that a run leaves behind: checkpoints, log, status, metrics, events, weights, report. Without a run folder it keeps the
/// checkpoints in memory and the rest nowhere.
/// </summary>
internal sealed class RunRecorder : IDisposable
{
    private readonly RunFolder? _run;
    private readonly TrainingInputs _inputs;
    private readonly TrainOptions _options;
    private readonly TrainingSnapshot _snapshot;
    private readonly RunLock? _lock;
    private readonly RunLog? _log;
    private readonly DateTime _started = DateTime.UtcNow;
    private EventFile? _events;
    private byte[] _last = [];
    private byte[] _best = [];
    private bool _hasBegun;

    public RunRecorder(RunFolder? run, TrainingInputs inputs, TrainOptions options, TrainingSnapshot snapshot)
    {
        _run = run;
        _inputs = inputs;
        _options = options;
        _snapshot = snapshot;
        _lock = run is null ? null : RunLock.Take(run.FullPath);
        _log = run is null ? null : new RunLog(run.File("log.txt"));
    }

    public IProgress<TrainingEvent>? Progress { get; set; }

    /// <summary>The run folder; empty without one.</summary>
    public string Path => _run?.FullPath ?? string.Empty;

    /// <summary>What continues the run.</summary>
    public string? ResumeCommand => _run is null ? null : $"fovea train --resume {Shell.Quote(_run.FullPath)}";

    /// <summary>Puts the newest whole checkpoint of the run folder back.</summary>
    /// <returns>Its state; null when the folder has none: the run is new.</returns>
    public TrainState? TryLoadNewest(int batchesPerEpoch)
    {
        if (_run is null || !_run.Checkpoints.HasAny)
        {
            return null;
        }

        using TensorScope scope = TensorScope.Begin();
        (SafetensorsFile content, string path) = _run.Checkpoints.LoadNewest(
            texts => TrainingSnapshot.StateOf(texts, Path).Progress(batchesPerEpoch), Warn);
        return _snapshot.Restore(content, path);
    }

    public void Begin(TrainState state, bool isResumed)
    {
        long all = _inputs.Model.Parameters().Sum(p => (long)p.Elements);
        long trained = _inputs.Model.Parameters().Where(p => p.RequiresGrad).Sum(p => (long)p.Elements);
        _hasBegun = true;
        if (_run is not null)
        {
            _run.WriteText("config.json", _options.ToJson());
            _run.WriteText("environment.json", EnvironmentInfo.ToJson());
            MetricsFiles.Write(_run.FullPath, state.History, _inputs.Task);
            _events = EventFile.Create(_run.FullPath, state.Step);
        }

        string where = isResumed ? $"Resumed at epoch {state.Epoch + 1}, batch {state.Batch}" : "Started";
        _log?.Write($"{where}: {_inputs.Description.Title}, {(trained == all ? $"{all}" : $"{trained} of {all}")} parameters, {_inputs.Train.ImagesPerEpoch} training images{(_inputs.Engine is { } engine ? $", computed by {engine.Name}" : string.Empty)}.");
        Status(state, "running");
        Progress?.Report(new RunStarted(
            Path, _inputs.Description.Title, trained, _inputs.Train.ImagesPerEpoch, _inputs.Validation?.ImagesPerEpoch ?? 0,
            _options.Epochs!.Value, Math.Min(state.Epoch + 1, _options.Epochs.Value), isResumed)
        { TotalParameters = all });
    }

    public void SaveLast(TrainState state)
    {
        if (!_inputs.Group.IsRoot)
        {
            return;
        }

        using TensorScope scope = TensorScope.Begin();
        if (_run is null)
        {
            _last = ToBytes(state);
            return;
        }

        _run.Checkpoints.SaveLast(_snapshot.Tensors(), _snapshot.Texts(state));
        _run.Checkpoints.ForgetInterrupt();
        Progress?.Report(new CheckpointSaved(_run.Checkpoints.LastPath));
    }

    /// <summary>Puts the last checkpoint back.</summary>
    public TrainState LoadLast()
    {
        using TensorScope scope = TensorScope.Begin();
        if (_run is null)
        {
            return FromBytes(_last);
        }

        (SafetensorsFile content, string path) = _run.Checkpoints.LoadNewest(_ => 0, Warn);
        return _snapshot.Restore(content, path);
    }

    /// <summary>A checkpoint in memory.</summary>
    public byte[] ToBytes(TrainState state)
    {
        using TensorScope scope = TensorScope.Begin();
        using var stream = new MemoryStream();
        Checkpoint.Write(stream, _snapshot.Tensors(), _snapshot.Texts(state));
        return stream.ToArray();
    }

    /// <summary>Puts a checkpoint in memory back.</summary>
    public TrainState FromBytes(byte[] checkpoint)
    {
        using TensorScope scope = TensorScope.Begin();
        return _snapshot.Restore(Checkpoint.Read(new MemoryStream(checkpoint)), "the last state");
    }

    public void SaveInterrupt(TrainState state)
    {
        if (_run is null)
        {
            return;
        }

        using TensorScope scope = TensorScope.Begin();
        _run.Checkpoints.Save(_run.Checkpoints.InterruptPath, _snapshot.Tensors(), _snapshot.Texts(state));
        Progress?.Report(new CheckpointSaved(_run.Checkpoints.InterruptPath));
    }

    /// <summary>Saves the weights to keep: the average, where there is one.</summary>
    public void SaveBest(TrainState state, WeightAverage? average)
    {
        if (!_inputs.Group.IsRoot)
        {
            return;
        }

        using TensorScope scope = TensorScope.Begin();
        IReadOnlyDictionary<string, Tensor> weights = average?.State ?? StateDict.Of(_inputs.Model);
        if (_run is null)
        {
            _best = SafetensorsFile.ToBytes(weights);
            return;
        }

        _run.Checkpoints.Save(_run.Checkpoints.BestPath, _snapshot.Tensors(), _snapshot.Texts(state));
        WatchedPictures.Write(_run, _inputs);
        SafetensorsFile.Write(_run.BestWeights, weights, _inputs.Description.ToMetadata());
    }

    /// <summary>The weights to keep, in the current scope.</summary>
    public IReadOnlyDictionary<string, Tensor> LoadBest() =>
        (_run is null ? SafetensorsFile.Read(_best) : SafetensorsFile.Read(_run.BestWeights)).Tensors;

    public void BatchDone(TrainState state, double learningRate, double imagesPerSecond, TimeSpan timeLeft)
    {
        if (state.Step % 10 == 0)
        {
            _events?.Scalar("step/loss", state.Step, state.MeanLoss);
            _events?.Scalar("step/learning_rate", state.Step, learningRate);
        }

        Progress?.Report(new BatchDone(
            state.Epoch + 1, _options.Epochs!.Value, state.Batch, _inputs.Train.BatchesPerEpoch, state.MeanLoss, state.MeanScore,
            learningRate, imagesPerSecond, timeLeft)
        { Metric = _inputs.Task.TrainMetric });
    }

    public void EpochDone(TrainState state, EpochMetrics row, bool isBest)
    {
        if (_run is not null)
        {
            MetricsFiles.Write(_run.FullPath, state.History, _inputs.Task);
            if (_options.SaveEvery > 0 && row.Epoch % _options.SaveEvery == 0)
            {
                using TensorScope scope = TensorScope.Begin();
                _run.Checkpoints.Save(_run.Checkpoints.EpochPath(row.Epoch), _snapshot.Tensors(), _snapshot.Texts(state));
            }
        }

        foreach ((string tag, double? value) in Scalars(row))
        {
            if (value is { } number)
            {
                _events?.Scalar(tag, row.Epoch, number);
            }
        }

        TaskMetric train = _inputs.Task.TrainMetric, score = _inputs.Task.Score;
        bool hasLoss = _inputs.Task.EvaluatesLoss;
        string validation = row.Validation[score.Name] is { } reached
            ? $", validation {(hasLoss ? $"loss {row.ValLoss:0.0000}, " : string.Empty)}{score.Title} {score.Text(reached)}" : string.Empty;
        _log?.Write($"Epoch {row.Epoch}/{_options.Epochs}: loss {row.TrainLoss:0.0000}, {train.Title} {train.Text(row.Train[train.Name])}{validation}, " +
            $"{row.ImagesPerSecond:0} images/s, {row.Seconds:0.0} s{(isBest ? ", best so far" : string.Empty)}");
        Status(state, "running");
        Progress?.Report(new EpochDone(row, _options.Epochs!.Value, isBest) { TrainMetric = train, Metric = score, HasValidationLoss = hasLoss });
    }

    public void Note(MemoryEstimate memory)
    {
        _log?.Write(memory.Text);
        Progress?.Report(new MemoryEstimated(memory));
    }

    /// <summary>Writes a sentence into the log.</summary>
    public void Tell(string message) => _log?.Write(message);

    public void Warn(string message)
    {
        _log?.Write($"Warning: {message}");
        Progress?.Report(new TrainingWarning(message));
    }

    public void Interrupted(TrainState state)
    {
        _log?.Write($"Interrupted in epoch {state.Epoch + 1} after batch {state.Batch}. Continue with: {ResumeCommand}");
        Status(state, "interrupted");
    }

    /// <summary>Records an error that ends the run; a second error on the way must not hide the first.</summary>
    public void Fail(TrainState state, Exception error)
    {
        try
        {
            _log?.Write($"Failed: {error.Message}");
            if (_hasBegun)
            {
                // A run that is complete stays so when a resume of it is refused.
                Status(state, error is DivergedException ? "diverged" : "failed", error.Message);
            }
        }
        catch (IOException)
        {
            return;
        }
    }

    public TrainResult Finish(TrainState state, TrainResult result)
    {
        if (_run is null)
        {
            return result;
        }

        result = result with { Report = _run.Report };
        RunReport.Write(_run, _inputs, _options, result);
        TaskMetric score = _inputs.Task.Score;
        _log?.Write($"Done ({result.Outcome}): best validation {score.Title} {score.Text(result.Score)} in epoch {result.BestEpoch}; {result.Seconds:0} s. Report: {_run.Report}");
        Status(state, result.Outcome switch
        {
            TrainOutcome.StoppedEarly => "stopped-early",
            TrainOutcome.TimeLimit => "time-limit",
            _ => "completed",
        });
        return result;
    }

    public void Dispose()
    {
        _events?.Dispose();
        _log?.Dispose();
        _lock?.Dispose();
    }

    private IEnumerable<(string Tag, double? Value)> Scalars(EpochMetrics row) =>
    [
        ("train/loss", row.TrainLoss),
        ($"train/{_inputs.Task.TrainMetric.Tag}", row.Train[_inputs.Task.TrainMetric.Name]),
        ("train/gradient_norm", row.GradientNorm),
        ("train/learning_rate", row.LearningRate),
        ("train/images_per_second", row.ImagesPerSecond),
        ("val/loss", row.ValLoss),
        .. _inputs.Task.Metrics.Select(m => ($"val/{m.Tag}", row.Validation[m.Name])),
    ];

    private void Status(TrainState state, string name, string? message = null) => new RunStatus
    {
        State = name,
        Started = _started,
        Epoch = state.Epoch,
        Epochs = _options.Epochs!.Value,
        Metric = _inputs.Task.Score.Name,
        Best = state.BestScore,
        Message = message,
        ResumeCommand = name is "completed" or "stopped-early" ? null : ResumeCommand,
    }.Write(_run);
}
