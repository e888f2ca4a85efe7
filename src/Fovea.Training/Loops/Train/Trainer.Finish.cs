namespace Fovea.Training;

// What is done after the last epoch: the best weights measured, the report written.
public sealed partial class Trainer
{
    private TrainResult Finish(TrainOutcome outcome, CancellationToken cancellation)
    {
        TrainResult result = Result(outcome);
        if (outcome == TrainOutcome.Interrupted)
        {
            _recorder.Interrupted(_state);
            return result;
        }

        if (!_inputs.Group.IsRoot)
        {
            // What is left is measured and written once.
            return result;
        }

        try
        {
            if (_state.BestEpoch == 0)
            {
                // Stopped within the first epoch: what there is, is the best.
                _recorder.SaveBest(_state, _step.Average);
            }

            // What takes as long again as an epoch's validation is measured once, here.
            Evaluation? evaluation = _inputs.Validation is not { } data ? null
                : _task.RevisitsBest || _best is null ? WithBest(() => Evaluator.Run(_task, _inputs.Model, data, _inputs.Engine, isFinal: true, _recorder.Progress, cancellation))
                : _best;
            NameLeftOut(evaluation);
            result = result with { Score = result.Score ?? evaluation?.Score, Evaluation = evaluation };
            return _task.RevisitsBest || _inputs.Sections.Count > 0 ? WithBest(() => _recorder.Finish(_state, result)) : _recorder.Finish(_state, result);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _recorder.Interrupted(_state);
            return result with { Outcome = TrainOutcome.Interrupted };
        }
    }

    private TrainResult Result(TrainOutcome outcome) => new()
    {
        Run = _recorder.Path,
        Outcome = outcome,
        Epochs = _state.Epoch,
        Task = _task,
        Score = _state.BestScore,
        BestEpoch = _state.BestEpoch,
        Seconds = _state.Seconds + _state.EpochSeconds,
        ImagesPerSecond = ImagesPerSecond(),
        Memory = _memory,
        History = _state.History,
        ResumeCommand = _state.Epoch < _options.Epochs && outcome != TrainOutcome.StoppedEarly ? _recorder.ResumeCommand : null,
    };

    private double ImagesPerSecond()
    {
        double seconds = _state.TrainSeconds + _state.EpochSeconds;
        return seconds > 0 ? (_state.TrainImages + _state.Images) / seconds : 0;
    }

    // The best epoch may have been in an earlier process: its weights come back from the file for the work, and the last ones after it.
    private T WithBest<T>(Func<T> work)
    {
        using TensorScope scope = TensorScope.Begin();
        using var last = new KeptState(_inputs.Model);
        StateDict.Load(_inputs.Model, _recorder.LoadBest());
        return work();
    }
}
