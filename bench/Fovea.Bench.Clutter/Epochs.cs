using Fovea.Training;

namespace Fovea.Bench.Clutter;

/// <summary>Says how training goes, a line an epoch.</summary>
/// <param name="name">What is trained.</param>
internal sealed class Epochs(string name) : IProgress<TrainingEvent>
{
    public void Report(TrainingEvent value)
    {
        switch (value)
        {
            case EpochDone { Metrics: { } m } done:
                string shown = string.Join(", ", m.Train.Values.Select(v => $"train {v.Name} {v.Value:0.000}").Concat(m.Validation.Values.Select(v => $"{v.Name} {v.Value:0.000}")));
                Console.Error.WriteLine($"{name}: epoch {m.Epoch} of {done.Epochs}: loss {m.TrainLoss:0.000}, {shown}; {m.ImagesPerSecond:0} images/s");
                break;
            case TrainingWarning warning:
                Console.Error.WriteLine($"{name}: {warning.Message}");
                break;
        }
    }
}
