using System.Globalization;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;
using Fovea.Torch;
using Fovea.Training;

namespace Fovea.Bench.Torch;

/// <summary>
/// One run on both engines from the same start, and one that begins on each and goes on with the other: how long losses go together, and how it ends. Beside them what rounding
/// alone grows to: the same run on our engine from a start of which one weight is the next number.
/// </summary>
internal sealed class Together(string data, string model, string attention)
{
    private const int Batch = 128;
    private const int HalfAnEpoch = 195;
    private static readonly int[] s_shown = [1, 2, 5, 10, 20, 50, 100];
    private readonly string _folder = Directory.CreateTempSubdirectory("fovea-together-").FullName;

    /// <summary>Trains for an epoch each time, and prints.</summary>
    /// <param name="isShort">Whether only as many steps are wanted as losses are shown.</param>
    public void Run(bool isShort)
    {
        try
        {
            int? last = isShort ? s_shown[^1] : null;
            (List<double> ours, TrainResult here) = Train("here", null, last);
            (List<double> theirs, TrainResult there) = Train("there", new TorchEngine(), last);
            (List<double> exact, _) = Train("exact", null, s_shown[^1], Start(moved: false));
            (List<double> moved, _) = Train("moved", null, s_shown[^1], Start(moved: true));
            Console.WriteLine($"{attention}_{model}, batches of {Batch}: loss of each step on our engine and on libtorch, the largest difference so far as a part of the loss, and the");
            Console.WriteLine("same on our engine alone after one weight was moved by one unit in its last place");
            foreach (int step in s_shown.Where(s => s <= ours.Count))
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"step {step,4}: {ours[step - 1]:0.000000} {theirs[step - 1]:0.000000} {Difference(ours, theirs, step):0.0e+0} {Difference(exact, moved, step):0.0e+0}"));
            }

            if (isShort)
            {
                return;
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

    private static double Difference(List<double> expected, List<double> actual, int steps) => expected.Zip(actual).Take(steps).Max(p => Math.Abs(p.First - p.Second) / p.First);

    // Weights to start from, all drawn, one of them the next number.
    private string Start(bool moved)
    {
        using TensorScope scope = TensorScope.Begin();
        var description = new ModelDescription { Model = model, Attention = attention, Classes = ModelDescription.Numbered(10), ImageSize = 32 };
        Module drawn = description.Build();
        Initialization.Draw(drawn, new Generator(3));
        Span<float> first = drawn.Parameters().First().AsSpan<float>();
        first[0] = moved ? MathF.BitIncrement(first[0]) : first[0];
        string path = Path.Combine(_folder, $"start-{moved}.safetensors");
        SafetensorsFile.Write(path, StateDict.Of(drawn), description.ToMetadata());
        return path;
    }

    private TrainResult Changing(string name, IModuleEngine? first, IModuleEngine? second)
    {
        // Half of the steps, and then the rest in what is another process for all that matters: from the checkpoint.
        Train(name, first, HalfAnEpoch);
        return Trainer.Train(new TrainOptions { Resume = Path.Combine(_folder, name), Engine = second });
    }

    private (List<double> Losses, TrainResult Result) Train(string name, IModuleEngine? engine, int? stopAt = null, string? weights = null)
    {
        var losses = new List<double>();
        double sum = 0;
        using var stop = new CancellationTokenSource();
        TrainResult result = Trainer.Train(
            new TrainOptions
            {
                Data = data,
                Model = model,
                Attention = attention,
                Epochs = 1,
                BatchSize = Batch,
                LearningRate = 0.1,
                Seed = 3,
                Weights = weights,
                Output = _folder,
                Name = name,
                Engine = engine,
            },
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
