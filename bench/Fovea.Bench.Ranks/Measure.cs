using System.Diagnostics;
using Fovea.Distributed;
using Fovea.Models;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Bench.Ranks;

/// <summary>Trains on drawn pictures for some seconds, each rank its part of the batch, and says how fast.</summary>
internal sealed class Measure(ProcessGroup group, string model, int batch, double seconds)
{
    private const int Warmup = 6;
    private const int Most = 100_000;

    /// <returns>A line of numbers; null on other ranks than 0.</returns>
    public string? Run()
    {
        ModelEntry entry = ModelCatalog.Find(model);
        int side = entry.FixedSize?.Height ?? (model.EndsWith("-cifar", StringComparison.Ordinal) ? 32 : 224);
        var description = new ModelDescription { Model = model, Classes = [.. Enumerable.Range(0, 10).Select(c => $"class {c}")], ImageSize = side };
        Module network = description.Build();
        Initialization.Draw(network, new Generator(1));
        int own = batch / group.Ranks;
        var pictures = new DrawnPictures(description.Classes, side, 256);
        var pipeline = new SamplePipeline(new TransformOptions { ImageSize = side, Crop = CropMode.Padded, Padding = 4 });
        var inputs = new TrainingInputs
        {
            Model = network,
            Description = description,
            Group = group,
            Train = new DataLoader(new Repeated(pictures, Most), pipeline, new DataLoaderOptions { BatchSize = own }),
        };
        using var stop = new CancellationTokenSource();
        var times = new List<double>();
        var step = Stopwatch.StartNew();
        var all = new Stopwatch();
        GroupStatistics before = default;
        var listener = new Steps(() =>
        {
            times.Add(step.Elapsed.TotalSeconds);
            step.Restart();
            if (times.Count == Warmup)
            {
                before = group.Statistics;
                all.Restart();
            }

            if (times.Count > Warmup + 2 && all.Elapsed.TotalSeconds > seconds)
            {
                stop.Cancel();
            }
        });
        var options = new TrainOptions { Epochs = 1, BatchSize = own, Accumulate = group.Ranks, LearningRate = 1e-4, CheckpointSeconds = 1e6 };
        using var trainer = new Trainer(inputs, options);
        trainer.Run(listener, stop.Token);
        if (!group.IsRoot)
        {
            return null;
        }

        double[] steps = [.. times.Skip(Warmup).Order()];
        double median = steps[steps.Length / 2];
        GroupStatistics moved = group.Statistics - before;
        int count = steps.Length;
        return $"{batch / median:0.00}\t{median * 1000:0.000}\t{moved.BytesSent / count}\t{moved.Busy.TotalMilliseconds / count:0.000}\t{moved.Awaited.TotalMilliseconds / count:0.000}\t{moved.Hidden:0.000}";
    }

    private sealed class Steps(Action done) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            if (value is BatchDone)
            {
                done();
            }
        }
    }

    // As many pictures as a run of any length needs, out of a few.
    private sealed class Repeated(DrawnPictures pictures, int count) : IImageDataset
    {
        public string Source => "drawn pictures";

        public int Count => count;

        public IReadOnlyList<string> Classes => pictures.Classes;

        public int Label(int index) => pictures.Label(index);

        public string Name(int index) => index.ToString(System.Globalization.CultureInfo.InvariantCulture);

        public ImageSample Get(int index) => pictures.Get(index);
    }
}
