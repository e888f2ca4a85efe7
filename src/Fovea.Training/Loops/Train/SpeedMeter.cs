using System.Diagnostics;

namespace Fovea.Training;

/// <summary>Images per second of late, and what that means for the time left.</summary>
internal sealed class SpeedMeter
{
    private const double Smoothing = 0.9;
    private readonly Stopwatch _sinceLast = new();
    private double _secondsPerImage;

    /// <summary>Speed of late; 0 before the second batch.</summary>
    public double ImagesPerSecond => _secondsPerImage > 0 ? 1 / _secondsPerImage : 0;

    /// <summary>Counts a batch that is done now.</summary>
    public void Add(int images)
    {
        if (_sinceLast.IsRunning)
        {
            double seconds = _sinceLast.Elapsed.TotalSeconds / images;
            _secondsPerImage = _secondsPerImage == 0 ? seconds : Smoothing * _secondsPerImage + (1 - Smoothing) * seconds;
        }

        _sinceLast.Restart();
    }

    /// <summary>Forgets the time since the last batch: something else than training was done in it.</summary>
    public void Pause() => _sinceLast.Reset();

    /// <summary>Time to the end of the run. A validation image is counted as a third of a training image: it needs no backward pass.</summary>
    public TimeSpan TimeLeft(TrainState state, int epochs, TrainingInputs inputs, int validateEvery)
    {
        double perEpoch = inputs.Train.ImagesPerEpoch + (inputs.Validation?.ImagesPerEpoch ?? 0) / (3.0 * validateEvery);
        return TimeSpan.FromSeconds(_secondsPerImage * Math.Max(0, perEpoch * (epochs - state.Epoch) - state.Images));
    }
}
