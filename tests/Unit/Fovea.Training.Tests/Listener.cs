namespace Fovea.Training.Tests;

/// <summary>Hears a run's events as they come.</summary>
internal sealed class Listener(Action<TrainingEvent> hear) : IProgress<TrainingEvent>
{
    public void Report(TrainingEvent value) => hear(value);
}
