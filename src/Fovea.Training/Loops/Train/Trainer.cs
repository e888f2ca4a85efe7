using System.Diagnostics;
using Fovea.Io;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Trains a model for the task of its data. A run can be stopped anywhere (by cancellation, a time limit, a killed process) and continued; what follows is
/// bit for bit what would have followed. The result depends on the options, the data and the seed, not on threads or workers.
/// </summary>
/// <example>
/// <code>
/// var trainer = new Trainer(new TrainingInputs { Model = model, Train = train, Validation = val, Description = description }, options);
/// TrainResult result = trainer.Run();
/// </code>
/// </example>
public sealed partial class Trainer : IDisposable
{
    private const double DefaultCheckpointSeconds = 60;
    private readonly TrainingInputs _inputs;
    private readonly ITask _task;
    private readonly TrainOptions _options;
    private readonly FrozenModules _frozen;
    private readonly Schedule _schedule;
    private readonly TrainingStep _step;
    private readonly StepBatches _batches;
    private readonly RankSpeeds _rankSpeeds;
    private readonly TrainingSnapshot _snapshot;
    private readonly RunRecorder _recorder;
    private readonly SpeedMeter _speed = new();
    private readonly int _stepsPerEpoch;
    private readonly Stopwatch _total = new();
    private readonly Stopwatch _sinceSaved = new();
    private TrainState _state = new();
    private bool _isResumed;
    private MemoryEstimate? _memory;
    private Evaluation? _best;

    /// <summary>Prepares a run.</summary>
    /// <param name="inputs">The model and its data.</param>
    /// <param name="options">How to train; open ends are filled by <see cref="Recipe"/>. Options about data and model are not read.</param>
    /// <param name="run">Where to write; null keeps nothing but the model.</param>
    /// <exception cref="OptionException">An option does not fit.</exception>
    public Trainer(TrainingInputs inputs, TrainOptions options, RunFolder? run = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        _inputs = inputs;
        _task = inputs.Task;
        _options = Recipe.Complete(options, inputs.Train.Dataset.Count);
        _options.Validate();
        Recipe.Check(_options, _task);
        _frozen = new FrozenModules(inputs.Model, _options.Freeze);
        _stepsPerEpoch = (inputs.Train.BatchesPerEpoch + _options.Accumulate - 1) / _options.Accumulate;
        _schedule = ScheduleFactory.Create(_options, _stepsPerEpoch);
        Optimizer optimizer = OptimizerFactory.Create(_options, inputs.Model);
        WeightAverage? average = _options.Ema > 0 ? new WeightAverage(inputs.Model, _options.Ema) : null;
        _step = new TrainingStep(inputs, _options, optimizer, average);
        _batches = new StepBatches(inputs, _options.Accumulate, _step);
        _rankSpeeds = new RankSpeeds(inputs.Group);
        _snapshot = new TrainingSnapshot(inputs, _options, optimizer, average);
        _recorder = new RunRecorder(run, inputs, _options, _snapshot);
    }

    /// <summary>Trains to the end, or until it is stopped.</summary>
    /// <param name="progress">Is told what happens, on this thread.</param>
    /// <param name="cancellation">Stops the run after the step in progress; the run can then be resumed.</param>
    /// <exception cref="DivergedException">The loss was not finite four times.</exception>
    /// <exception cref="DataException">An image cannot be read.</exception>
    /// <exception cref="DiskFullException">A checkpoint could not be written; the one before is still there.</exception>
    /// <exception cref="MemoryException">The system has no memory left.</exception>
    public TrainResult Run(IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        using TensorScope scope = TensorScope.Begin();
        _recorder.Progress = progress;
        _total.Restart();
        try
        {
            Start();
            TrainOutcome outcome = RunEpochs(cancellation);
            return Finish(outcome, cancellation);
        }
        catch (OutOfMemoryException e)
        {
            MemoryException error = ExhaustedMemory.Error(_inputs, e);
            _recorder.Fail(_state, error);
            throw error;
        }
        catch (Exception e)
        {
            _recorder.Fail(_state, e);
            throw;
        }
    }

    /// <summary>Gives the memory of the optimiser and the weight average back and closes the run's files.</summary>
    public void Dispose()
    {
        _batches.Dispose();
        _step.Dispose();
        _recorder.Dispose();
    }

    private TrainOutcome RunEpochs(CancellationToken cancellation)
    {
        while (_state.Epoch < _options.Epochs)
        {
            if (_options.Patience > 0 && _state.BestEpoch > 0 && _state.Epoch - _state.BestEpoch >= _options.Patience && IsValidated(_state.Epoch))
            {
                return TrainOutcome.StoppedEarly;
            }

            switch (RunEpoch(cancellation))
            {
                case EpochEnd.Interrupted:
                    _recorder.SaveInterrupt(_state);
                    return TrainOutcome.Interrupted;
                case EpochEnd.OutOfTime:
                    _recorder.SaveLast(_state);
                    return TrainOutcome.TimeLimit;
                case EpochEnd.Diverged:
                    Restore();
                    continue;
            }

            try
            {
                CompleteEpoch(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // The epoch's training is done and its validation is not: resuming starts with the validation.
                _recorder.SaveInterrupt(_state);
                return TrainOutcome.Interrupted;
            }
        }

        return TrainOutcome.Completed;
    }

    private EpochEnd RunEpoch(CancellationToken cancellation)
    {
        _frozen.Train(_inputs.Model, _state.Epoch);
        if (_state.Batch == 0 && FrozenModules.Thawing(_options.Freeze, _state.Epoch) is { Count: > 0 } thawing)
        {
            _recorder.Tell($"Epoch {_state.Epoch + 1}: {string.Join(", ", thawing)} trained from here on.");
        }

        var watch = Stopwatch.StartNew();
        double before = _state.EpochSeconds;
        int batches = _inputs.Train.BatchesPerEpoch;
        _speed.Pause();
        if (Agreed(IsStopping(cancellation)) is { } stopped)
        {
            return stopped;
        }

        using IEnumerator<Batch> reader = _batches.Begin(_state.Epoch, _state.Batch).GetEnumerator();
        while (_state.Batch < batches)
        {
            int first = _state.Batch, count = Math.Min(_options.Accumulate, batches - first);
            (BatchOutcome[] outcomes, RankNote[] notes, IReadOnlyList<string> damaged) = _batches.Run(reader, count, () => Note(cancellation));
            NameReplaced(damaged);
            foreach (BatchOutcome outcome in outcomes)
            {
                if (!double.IsFinite(outcome.Loss))
                {
                    return Diverged($"the loss is {outcome.Loss}", first, _state.Batch);
                }

                _state.LossSum += outcome.Loss * outcome.Counted;
                _state.ScoreSum += outcome.Score;
                _state.Images += outcome.Images;
                _state.UncountedImages += outcome.Images - outcome.Counted;
                _state.Batch++;
            }

            _speed.Add(outcomes.Sum(o => o.Images));
            _schedule.Apply(_step.Optimizer, _state.Step, _state.LearningRateScale);
            double norm = _step.Update(count);
            if (!double.IsFinite(norm))
            {
                return Diverged($"the norm of the gradients is {norm}", first, _state.Batch - 1);
            }

            _state.Step++;
            _state.Steps++;
            _state.NormSum += norm;
            _state.EpochSeconds = before + watch.Elapsed.TotalSeconds;
            Report();
            TellSlowRank(notes);
            bool isLast = _state.Batch == batches;
            RankNote said = Agreed(notes, cancellation);
            EpochEnd? end = isLast ? null : said.IsCancelled ? EpochEnd.Interrupted : said.IsOutOfTime ? EpochEnd.OutOfTime : null;
            if ((isLast || said.IsDue || end is not null) && !_snapshot.IsFinite)
            {
                return Diverged("a weight is not finite", first, _state.Batch - 1);
            }

            if (end is { } stop)
            {
                return stop;
            }

            if (said.IsDue && !isLast)
            {
                SaveLast();
            }
        }

        return EpochEnd.Done;
    }

    private EpochEnd? IsStopping(CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? EpochEnd.Interrupted
        : _options.TimeLimit is { } limit && _total.Elapsed >= limit ? EpochEnd.OutOfTime
        : null;

    private void CompleteEpoch(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        bool isValidated = IsValidated(_state.Epoch + 1);
        Evaluation? validation = isValidated ? Validate(cancellation) : null;
        EpochMetrics row = Shared(Row(validation, watch.Elapsed.TotalSeconds));
        bool isBest = isValidated && IsBest(row);
        _state.History.Add(row);
        _state.Seconds += row.Seconds;
        _state.TrainSeconds += _state.EpochSeconds;
        _state.TrainImages += _state.Images;
        if (isBest)
        {
            (_state.BestEpoch, _state.BestScore, _state.BestLoss) = (row.Epoch, row.Validation[_task.Score.Name], row.ValLoss ?? row.TrainLoss);
            _best = validation;
        }

        _state.NextEpoch();
        if (isBest)
        {
            // Before the last checkpoint, which knows of it: killed in between, the run validates the epoch again and writes the same.
            _recorder.SaveBest(_state, _step.Average);
        }

        SaveLast();
        _recorder.EpochDone(_state, row, isBest);
    }

    // Without validation images every epoch is judged, by its training loss.
    private bool IsValidated(int epoch) => _inputs.Validation is null || epoch % _options.ValEvery == 0 || epoch == _options.Epochs;

    private Evaluation? Validate(CancellationToken cancellation)
    {
        if (_inputs.Validation is not { } data)
        {
            return null;
        }

        using IDisposable? swapped = _step.Average?.Swap();
        bool isFinal = !_task.RevisitsBest;

        // Ranks stop together, at a step.
        Evaluation? result = Evaluator.Run(
            _task, _inputs.Model, data, new EvaluationWay { Engine = _inputs.Engine, IsFinal = isFinal, Group = Group }, _recorder.Progress,
            Group.Ranks == 1 ? cancellation : CancellationToken.None);
        NameLeftOut(result);
        return result;
    }

    private EpochMetrics Row(Evaluation? validation, double validationSeconds) => new()
    {
        Epoch = _state.Epoch + 1,
        Step = _state.Step,
        TrainLoss = _state.MeanLoss,
        Train = new MetricSet((_task.TrainMetric.Name, _state.MeanScore)),
        ValLoss = validation is { Loss: { } loss } && double.IsFinite(loss) ? loss : null,
        Validation = validation?.Metrics ?? MetricSet.Empty,
        LearningRate = _schedule.LearningRate(Math.Max(0, _state.Step - 1)) * _state.LearningRateScale,
        GradientNorm = _state.NormSum / Math.Max(1, _state.Steps),
        ImagesPerSecond = _state.EpochSeconds > 0 ? _state.Images / _state.EpochSeconds : 0,
        Seconds = _state.EpochSeconds + validationSeconds,
    };

    // A better score; the same at a lower loss; without validation images, a lower training loss.
    private bool IsBest(EpochMetrics row)
    {
        double? score = row.Validation[_task.Score.Name];
        double loss = row.ValLoss ?? (score is null ? row.TrainLoss : double.MaxValue);
        return _state.BestEpoch == 0
            || _task.Score.IsBetter(score, _state.BestScore)
            || (score == _state.BestScore && loss < (_state.BestLoss ?? double.MaxValue));
    }

    private EpochEnd Diverged(string what, int first, int batch)
    {
        _step.Optimizer.ClearGrads();
        IEnumerable<string> names = Enumerable.Range(first, batch - first + 1).SelectMany(number => _inputs.Train.Names(_state.Epoch, number));
        _recorder.Warn(
            $"Epoch {_state.Epoch + 1}, batch {batch + 1}: {what}; the step was not taken. The images of the step: {string.Join(", ", names)}");
        return EpochEnd.Diverged;
    }

    private void Restore()
    {
        const int most = 3;
        int restores = _state.Restores + 1;
        double scale = _state.LearningRateScale / 2;
        if (restores > most)
        {
            throw new DivergedException(
                $"The loss or the gradients were not finite {most + 1} times, the last with {_state.LearningRateScale:0.###} of the learning rate. "
                + "Lower --lr, clip with --clip-grad 1, or look at the images that log.txt names.");
        }

        HashSet<string> named = _state.DamagedNamed;
        _state = Shared(_inputs.Group.IsRoot ? _recorder.LoadLast() : new TrainState());
        (_state.Restores, _state.LearningRateScale, _state.DamagedNamed) = (restores, scale, named);
        _recorder.Warn(
            $"Restored the state of epoch {_state.Epoch + 1}, batch {_state.Batch}, with {scale:0.###} of the learning rate ({restores} of {most} times).");
    }

    private void SaveLast()
    {
        CheckRanks();
        _recorder.SaveLast(_state);
        _sinceSaved.Restart();
    }

    private void Report() => _recorder.BatchDone(
        _state, _step.Optimizer.LearningRate, _speed.ImagesPerSecond, _speed.TimeLeft(_state, _options.Epochs!.Value, _inputs, _options.ValEvery));

    private enum EpochEnd
    {
        Done,
        Interrupted,
        OutOfTime,
        Diverged,
    }
}
