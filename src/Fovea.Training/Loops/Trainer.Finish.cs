namespace Fovea.Training;

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

        try
        {
            if (_state.BestEpoch == 0)
            {
                // Stopped within the first epoch: what there is, is the best.
                _recorder.SaveBest(_state, _step.Average);
            }

            // Distances are measured once, here: an epoch's validation would take as long again.
            Evaluation? validation = _best as EvaluationResult ?? (_inputs.Validation is null ? null : WithBest(() => EvaluateBest(cancellation)));
            result = result with
            {
                ValTop1 = result.ValTop1 ?? (validation as EvaluationResult)?.Top1,
                ValMeanIou = result.ValMeanIou ?? (validation as SegmentationResult)?.MeanIou,
                Validation = validation as EvaluationResult,
                Segmentation = validation as SegmentationResult,
            };
            return IsDense ? WithBest(() => _recorder.Finish(_state, result)) : _recorder.Finish(_state, result);
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
        ValTop1 = IsDense ? null : _state.BestScore,
        ValMeanIou = IsDense ? _state.BestScore : null,
        BestEpoch = _state.BestEpoch,
        Seconds = _state.Seconds + _state.EpochSeconds,
        ImagesPerSecond = ImagesPerSecond(),
        Memory = _memory,
        History = _state.History,
        ResumeCommand = _state.Epoch < _options.Epochs && outcome != TrainOutcome.StoppedEarly ? _recorder.ResumeCommand : null,
    };

    private bool IsDense => _inputs.Train.Dataset.Task == Data.DataTask.Segment;

    private double ImagesPerSecond()
    {
        double seconds = _state.TrainSeconds + _state.EpochSeconds;
        return seconds > 0 ? (_state.TrainImages + _state.Images) / seconds : 0;
    }

    private Evaluation EvaluateBest(CancellationToken cancellation) => IsDense
        ? Evaluator.EvaluateMasks(_inputs.Model, _inputs.Validation!, withDistances: true, _recorder.Progress, cancellation)
        : Evaluator.Evaluate(_inputs.Model, _inputs.Validation!, _recorder.Progress, cancellation);

    // The best epoch may have been in an earlier process: its weights come back from the file for the work, and the last ones after it.
    private T WithBest<T>(Func<T> work)
    {
        using TensorScope scope = TensorScope.Begin();
        using var last = new KeptState(_inputs.Model);
        StateDict.Load(_inputs.Model, _recorder.LoadBest());
        return work();
    }
}
