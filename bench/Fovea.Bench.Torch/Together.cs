using System.Globalization;
using Fovea.Torch;
using Fovea.Training;

namespace Fovea.Bench.Torch;

/// <summary>One run on both engines from the same start, and one that begins on each and goes on with the other: how long losses go together, and how it ends.</summary>
internal sealed class Together(string data, string model, string attention)
{
    private const int Batch = 128;
    private static readonly int[] s_shown = [1, 2, 5, 10, 20, 50, 100];
    private readonly string _folder = Directory.CreateTempSubdirectory("fovea-together-").FullName;

    /// <summary>Trains for an epoch each time, and prints.</summary>
    public void Run()
    {
        try
        {
            (List<double> ours, TrainResult here) = Train("here", null);
            (List<double> theirs, TrainResult there) = Train("there", new TorchEngine());
            Console.WriteLine($"{attention}_{model}, {here.Epochs} epoch, batches of {Batch}: loss of each step on our engine and on libtorch");
            foreach (int step in s_shown.Where(s => s <= ours.Count))
            {
                double difference = ours.Zip(theirs).Take(step).Max(p => Math.Abs(p.First - p.Second) / p.First);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {step,4}: {ours[step - 1]:0.000000} {theirs[step - 1]:0.000000}, largest difference so far {difference:0.0e+0} of the loss"));
            }

            Tell("our engine", here);
            Tell("libtorch", there);
            Tell("begun here, gone on with there", Changing("begun-here", null, new TorchEngine()));
            Tell("begun there, gone on with here", Changing("begun-there", new TorchEngine(), null));
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static void Tell(string what, TrainResult result) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what,-32} validation loss {result.History[^1].ValLoss:0.0000}, top-1 {result.ValTop1:0.00%}, {result.ImagesPerSecond:0} images/s"));

    private TrainResult Changing(string name, IModuleEngine? first, IModuleEngine? second)
    {
        // Half of the steps, and then the rest in what is another process for all that matters: from the checkpoint.
        Train(name, first, stopAt: 200);
        return Trainer.Train(new TrainOptions { Resume = Path.Combine(_folder, name), Engine = second });
    }

    private (List<double> Losses, TrainResult Result) Train(string name, IModuleEngine? engine, int? stopAt = null)
    {
        var losses = new List<double>();
        double sum = 0;
        using var stop = new CancellationTokenSource();
        TrainResult result = Trainer.Train(
            new TrainOptions { Data = data, Model = model, Attention = attention, Epochs = 1, BatchSize = Batch, LearningRate = 0.1, Seed = 3, Output = _folder, Name = name, Engine = engine },
            new Steps(e =>
            {
                // The event has the mean of the epoch so far.
                double before = sum;
                sum = e.Loss * e.Batch;
                losses.Add(sum - before);
                if (e.Batch == stopAt)
                {
                    stop.Cancel();
                }
            }),
            stop.Token);
        return (losses, result);
    }

    private sealed class Steps(Action<BatchDone> tell) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            if (value is BatchDone done)
            {
                tell(done);
            }
        }
    }
}
