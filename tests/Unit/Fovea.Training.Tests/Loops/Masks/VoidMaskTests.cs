using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

/// <summary>Images of which no pixel counts: nothing is learnt from them, and no mean takes them in.</summary>
[Collection("engine")]
public class VoidMaskTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Batches_in_which_nothing_counts_are_no_part_of_the_mean(int batchSize)
    {
        // Of eight images, numbers 2 and 3 are void: one batch of two, or two of one.
        var seen = new List<BatchDone>();
        using var trainer = new Trainer(Inputs(new Stripes(8, 2, 3), batchSize), Options(batchSize));
        TrainResult result = trainer.Run(new Listener(e => seen.AddRange(e is BatchDone batch ? [batch] : [])));
        BatchDone before = seen[2 / batchSize - 1], after = seen[4 / batchSize - 1];
        Assert.Equal((before.Loss, before.Score), (after.Loss, after.Score));
        Assert.Equal(seen[^1].Loss, result.History[0].TrainLoss);
    }

    [Fact]
    public void Masks_that_are_void_throughout_are_refused()
    {
        var pair = new DatasetPair(new Stripes(3, 0, 1, 2), new Stripes(3), "given");
        DataReport report = DataCheck.Run(pair);
        Assert.Contains("no pixel of any mask counts", report.Problem, StringComparison.Ordinal);
        Assert.Null(DataCheck.Run(pair with { Train = pair.Val }).Problem);
    }

    [Fact]
    public void A_validation_in_which_nothing_counts_gives_no_score()
    {
        TrainingInputs inputs = Inputs(new Stripes(4), 2, new Stripes(2, 0, 1));
        var epochs = new List<EpochDone>();
        using var trainer = new Trainer(inputs, Options(2) with { Epochs = 2, LearningRate = 0.1 });
        TrainResult result = trainer.Run(new Listener(e => epochs.AddRange(e is EpochDone epoch ? [epoch] : [])));
        Assert.All(result.History, m => Assert.Equal((null, null), (m.Validation["mean_iou"], m.ValLoss)));
        Assert.All(epochs, e => Assert.Equal(("pixels", "mean IoU", null), (e.TrainMetric.Title, e.Metric.Title, e.Score)));
        Assert.Contains("\"valMeanIou\":null,\"valMeanDice\":null", result.ToJson(), StringComparison.Ordinal);

        // As without validation images, the lower training loss is the better epoch.
        Assert.Equal(result.History.MinBy(m => m.TrainLoss)!.Epoch, result.BestEpoch);
    }

    private static TrainOptions Options(int batchSize) => new()
    {
        Task = DataTask.Segment,
        Epochs = 1,
        BatchSize = batchSize,
        LearningRate = 1e-12,
        WeightDecay = 0,
        Schedule = ScheduleKind.Constant,
        CheckpointSeconds = 3600,
    };

    private static TrainingInputs Inputs(Stripes train, int batchSize, Stripes? val = null)
    {
        var description = new ModelDescription { Model = "unet-small", Classes = train.Classes, ImageSize = 16, Task = DataTask.Segment };
        Module model = description.Build();
        Initialization.Draw(model, new Generator(3));
        var pipeline = new SamplePipeline(TransformOptions.ForSegmentation(16));
        var loader = new DataLoaderOptions { BatchSize = batchSize, Shuffle = false, Workers = 0 };
        return new TrainingInputs
        {
            Model = model,
            Description = description,
            Train = new DataLoader(train, pipeline, loader),
            Validation = val is null ? null : new DataLoader(val, description.EvaluationPipeline(), loader),
        };
    }

    /// <summary>Bright and dark halves with masks of the same; the masks of some say nothing.</summary>
    private sealed class Stripes(int count, params int[] silent) : IImageDataset
    {
        public string Source => "stripes";

        public DataTask Task => DataTask.Segment;

        public int Count => count;

        public IReadOnlyList<string> Classes => ["dark", "bright"];

        public int Label(int index) => 0;

        public string Name(int index) => $"{index}.png";

        public ImageSample Get(int index)
        {
            var random = new Generator(9).Fork((ulong)index);
            var image = new Image(16, 16, PixelFormat.Rgb);
            var mask = new Image(16, 16, PixelFormat.Grey);
            for (int i = 0; i < mask.Pixels.Length; i++)
            {
                bool isBright = i % 16 >= 8;
                mask.Pixels[i] = silent.Contains(index) ? (byte)255 : (byte)(isBright ? 1 : 0);
                image.Pixels.AsSpan(3 * i, 3).Fill((byte)(random.Next(60) + (isBright ? 150 : 20)));
            }

            return new ImageSample(image, 0, Name(index), mask);
        }
    }
}
