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

            EvaluationResult? validation = _best ?? (_inputs.Validation is null ? null : EvaluateBest(cancellation));
            return _recorder.Finish(_state, result with { ValTop1 = _state.BestTop1 ?? validation?.Top1, Validation = validation });
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
        ValTop1 = _state.BestTop1,
        BestEpoch = _state.BestEpoch,
        Seconds = _state.Seconds + _state.EpochSeconds,
        ImagesPerSecond = ImagesPerSecond(),
        History = _state.History,
        ResumeCommand = _state.Epoch < _options.Epochs && outcome != TrainOutcome.StoppedEarly ? _recorder.ResumeCommand : null,
    };

    private double ImagesPerSecond()
    {
        double seconds = _state.TrainSeconds + _state.EpochSeconds;
        return seconds > 0 ? (_state.TrainImages + _state.Images) / seconds : 0;
    }

    // The best epoch was in an earlier process: its weights come back from the file for the evaluation, and the last ones after it.
    private EvaluationResult EvaluateBest(CancellationToken cancellation)
    {
        using TensorScope scope = TensorScope.Begin();
        Dictionary<string, Tensor> last = StateDict.Of(_inputs.Model).ToDictionary(t => t.Key, t => t.Value.Clone());
        try
        {
            StateDict.Load(_inputs.Model, _recorder.LoadBest());
            return Evaluator.Evaluate(_inputs.Model, _inputs.Validation!, _recorder.Progress, cancellation);
        }
        finally
        {
            StateDict.Load(_inputs.Model, last);
        }
    }
}
