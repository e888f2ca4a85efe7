using Fovea.Imaging;
using Fovea.Models;
using Fovea.Testing;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Torch.Tests;

/// <summary>Whole runs: the trainer with its optimisers, averages and checkpoints over passes on libtorch, beside the same over ours.</summary>
public sealed class TorchRunTests
{
    private static readonly TrainOptions s_options = new()
    {
        Epochs = 3,
        BatchSize = 4,
        LearningRate = 0.05,
        WeightDecay = 5e-4,
        WarmupEpochs = 0,
        Seed = 7,
        CheckpointSeconds = 3600,
    };

    public static TheoryData<string> Recipes => ["sgd", "adamw", "accumulated", "mixed"];

    // Differences of rounding, 10⁻⁷, that each of 18 steps with large rates multiplies a few times; a step missed would be a hundred times that.
    private const double Growth = 2e-3;

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_run_on_libtorch_goes_as_on_ours(string recipe)
    {
        Engine.Need();
        TrainOptions options = Recipe(recipe);
        (List<double> here, TrainResult ours) = Run(options, null, null);
        (List<double> there, TrainResult theirs) = Run(options, new TorchEngine(), null);
        Near(here, there);
        Assert.Equal(ours.History.Select(r => r.ValLoss!.Value), theirs.History.Select(r => r.ValLoss!.Value), (a, b) => Math.Abs(a - b) <= Growth * Math.Max(1, a));
        Assert.NotEqual(here, there);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_begins_on_one_engine_and_goes_on_with_the_other(bool beginsHere)
    {
        Engine.Need();
        using var folder = new TemporaryFolder();
        TrainOptions options = Recipe("adamw");
        (List<double> through, TrainResult whole) = Run(options, null, null);
        RunFolder run = RunFolder.Create(folder.Path, "run");
        IModuleEngine? first = beginsHere ? null : new TorchEngine(), second = beginsHere ? new TorchEngine() : null;
        (List<double> begun, TrainResult stopped) = Run(options, first, run, stopAt: 8);
        Assert.Equal(TrainOutcome.Interrupted, stopped.Outcome);
        (List<double> ended, TrainResult result) = Run(options, second, run);
        Assert.Equal(TrainOutcome.Completed, result.Outcome);
        Near(through, [.. begun, .. ended]);
        Assert.Equal(whole.History.Count, result.History.Count);
        Assert.Contains("computed by torch:cpu", File.ReadAllText(run.File("log.txt")), StringComparison.Ordinal);
    }

    private static TrainOptions Recipe(string name) => name switch
    {
        "adamw" => s_options with { Optimizer = OptimizerKind.AdamW, LearningRate = 0.005, Ema = 0.9, ClipGradient = 1 },
        "accumulated" => s_options with { Accumulate = 2, BatchSize = 2 },
        "mixed" => s_options with { Mixup = 0.2, DropPath = 0.2, Freeze = ["conv1@1"] },
        _ => s_options,
    };

    private static void Near(List<double> expected, List<double> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, Growth * Math.Max(1, p.First)));
    }

    // The mean loss of the epoch so far after every step.
    private static (List<double> Losses, TrainResult Result) Run(TrainOptions options, IModuleEngine? engine, RunFolder? run, int? stopAt = null)
    {
        var losses = new List<double>();
        using var stop = new CancellationTokenSource();
        var description = new ModelDescription { Model = "resnet8", Attention = "se", Classes = Dots.Names, ImageSize = Dots.Side };
        Module model = description.Build();
        if (options.DropPath > 0)
        {
            StochasticDepth.Add(model, options.DropPath);
        }

        Initialization.Draw(model, new Generator(7));
        var inputs = new TrainingInputs
        {
            Model = model,
            Description = description,
            Engine = engine,
            Train = new DataLoader(
                new Dots(24, 1), new SamplePipeline(TransformOptions.ForEvaluation(Dots.Side)), new DataLoaderOptions { BatchSize = options.BatchSize!.Value, Seed = 7 }),
            Validation = new DataLoader(
                new Dots(10, 2), new SamplePipeline(TransformOptions.ForEvaluation(Dots.Side)), new DataLoaderOptions { BatchSize = 4, Shuffle = false }),
        };
        using var trainer = new Trainer(inputs, options, run);
        TrainResult result = trainer.Run(new Listener(e =>
        {
            if (e is BatchDone done)
            {
                losses.Add(done.Loss);
                if (losses.Count == stopAt)
                {
                    stop.Cancel();
                }
            }
        }), stop.Token);
        return (losses, result);
    }

    private sealed class Listener(Action<TrainingEvent> tell) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => tell(value);
    }

    /// <summary>Noise with the class's channel made brighter.</summary>
    private sealed class Dots(int count, ulong seed) : IImageDataset
    {
        public const int Side = 16;

        public static readonly string[] Names = ["red", "green", "blue"];

        public string Source => "dots";

        public int Count => count;

        public IReadOnlyList<string> Classes => Names;

        public int Label(int index) => index % Names.Length;

        public string Name(int index) => $"{Names[Label(index)]}/{index}.png";

        public ImageSample Get(int index)
        {
            var random = new Generator(seed).Fork((ulong)index);
            var image = new Image(Side, Side, PixelFormat.Rgb);
            for (int i = 0; i < image.Pixels.Length; i++)
            {
                image.Pixels[i] = (byte)(random.Next(128) + (i % 3 == Label(index) ? 100 : 0));
            }

            return new ImageSample(image, Label(index), Name(index));
        }
    }
}
