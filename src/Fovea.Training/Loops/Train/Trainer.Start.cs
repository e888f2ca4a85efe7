namespace Fovea.Training;

// What is done before the first step.
public sealed partial class Trainer
{
    /// <summary>Whether a step was done, or there was a run before: what is in the folder is then worth keeping.</summary>
    private bool HasBegun => _isResumed || _state.Epoch > 0 || _state.Batch > 0;

    private void Start()
    {
        CheckSetup();
        TrainState? restored = _inputs.Group.IsRoot ? _recorder.TryLoadNewest(_inputs.Train.BatchesPerEpoch) : null;
        _isResumed = Shared(restored is not null);
        _state = Shared(restored ?? _state);
        if (_state.Epoch > _options.Epochs)
        {
            throw new OptionException("epochs", $"the run has done {_state.Epoch}; expected at least as many, got {_options.Epochs}.");
        }

        int images = _inputs.Train.Dataset.Count;
        if (_state.TrainingImages != 0 && _state.TrainingImages != images)
        {
            _state.RestartEpoch(_stepsPerEpoch);
            _recorder.Warn($"There were {_state.TrainingImages} training images and now are {images}: epoch {_state.Epoch + 1} starts from its first batch.");
        }

        _state.TrainingImages = images;
        _recorder.Begin(_state, _isResumed);
        if (!_isResumed)
        {
            // From the first moment on there is a checkpoint to go back to.
            _recorder.SaveLast(_state);
        }

        _sinceSaved.Restart();
    }
}
