using Fovea.Imaging;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

public sealed class RetrievalTaskTests : IDisposable
{
    private const int Side = 32;
    private readonly Data.TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_network_learns_to_tell_those_apart_that_it_never_saw()
    {
        var description = new ModelDescription { Model = "reid_resnet18", Classes = [.. Enumerable.Range(0, 8).Select(i => $"{i}")], ImageSize = Side, Task = DataTask.Retrieve };
        var model = new EmbeddingResNet(18, new ModelOptions { Classes = 8, ImageSize = Side }) { Width = 8 };
        Initialization.Draw(model, new Generator(1));
        DataLoader val = Loader(new People(40, 100, 6), new DataLoaderOptions { BatchSize = 12, Shuffle = false }, description.EvaluationPipeline());
        var before = (RetrievalResult)Evaluator.Measure(model, val);
        using var trainer = new Trainer(
            new TrainingInputs
            {
                Model = model,
                Description = description,
                Train = Loader(new People(48, 0, 8), new DataLoaderOptions { BatchSize = 16, Instances = 4, Seed = 2 },
                    new SamplePipeline(TaskCatalog.Of(DataTask.Retrieve).Augmentation(Side))),
                Validation = val,
            },
            new TrainOptions { Task = DataTask.Retrieve, Epochs = 12, BatchSize = 16, Optimizer = OptimizerKind.AdamW, LearningRate = 3e-3, Seed = 2 });
        TrainResult result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        var after = (RetrievalResult)result.Evaluation!;
        Assert.True(after.MeanAveragePrecision > before.MeanAveragePrecision + 0.1, $"mAP {before.MeanAveragePrecision:0.000}, then {after.MeanAveragePrecision:0.000}");
        Assert.Equal(after.MeanAveragePrecision!.Value, after.ScoreTerms.Average(), 1e-12);
        Assert.True(result.History[^1].TrainLoss < result.History[0].TrainLoss);
        Assert.Equal((40, 40), (after.Counted, after.Gallery));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Queries_are_looked_for_in_the_gallery_and_else_each_picture_among_all_others(bool isDivided)
    {
        string[] known = ["anna", "bert"], asked = ["cleo", "dora"];
        string root = _folder.Root;
        _folder.Classes("train", 3, known);
        if (isDivided)
        {
            _folder.Classes("query", 1, asked);
            _folder.Classes("gallery", 2, [.. asked, "emil"]);
        }
        else
        {
            _folder.Classes("val", 3, asked);
        }

        DatasetPair data = DatasetFactory.OpenPair(root, options: new DatasetOptions { Task = isDivided ? null : DataTask.Retrieve });
        Assert.Equal((DataTask.Retrieve, DataTask.Retrieve), (data.Train.Task, data.Val.Task));
        Assert.Equal(known, data.Classes);
        IEnumerable<string> all = isDivided ? [.. asked, "emil"] : asked;
        Assert.Equal(all, data.Val.Classes);
        Assert.Equal(isDivided ? 8 : 6, data.Val.Count);
        Assert.Null(DataCheck.Run(data).Problem);
        IdentityRole[] roles = [.. Enumerable.Range(0, data.Val.Count).Select(i => ((IdentitySample)data.Val.Get(i)).Role)];
        IEnumerable<IdentityRole> expected = isDivided
            ? [.. Enumerable.Repeat(IdentityRole.Query, 2), .. Enumerable.Repeat(IdentityRole.Gallery, 6)] : Enumerable.Repeat(IdentityRole.Both, 6);
        Assert.Equal(expected, roles);
        Assert.Equal(isDivided ? "gallery/cleo/000.png" : "cleo/002.png", data.Val.Name(2));
        Assert.All(Enumerable.Range(0, data.Val.Count), i => Assert.Contains(data.Val.Classes[data.Val.Label(i)], data.Val.Name(i), StringComparison.Ordinal));
        var result = (RetrievalResult)Evaluator.Measure(new MeanColor(), Loader(data.Val, new DataLoaderOptions { BatchSize = 3, Shuffle = false }, new SamplePipeline(TransformOptions.ForEvaluation(8))));
        Assert.Equal(isDivided ? (2, 6) : (6, 6), (result.Counted, result.Gallery));
        Assert.All(result.Queries.SelectMany(q => q.Nearest.Select(n => (q.Index, n.Index))), p => Assert.NotEqual(p.Item1, p.Item2));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void Data_without_parts_are_divided_by_identities(int? folds)
    {
        string root = _folder.Classes("people", 4, [.. Enumerable.Range(0, 9).Select(i => $"p{i}")]);
        DatasetPair data = DatasetFactory.OpenPair(root, options: new DatasetOptions { Task = DataTask.Retrieve, Folds = folds, Fold = folds ?? 1 });
        HashSet<int> train = Labels(data.Train), val = Labels(data.Val);
        Assert.Equal((9 - val.Count, folds is null ? 2 : 3), (train.Count, val.Count));
        Assert.Empty(train.Intersect(val));
        Assert.Equal(4 * val.Count, data.Val.Count);
        Assert.Empty(DataCheck.Run(data).Warnings);

        static HashSet<int> Labels(IImageDataset set) => [.. Enumerable.Range(0, set.Count).Select(set.Label)];
    }

    [Fact]
    public void What_goes_with_other_labels_is_refused()
    {
        ITask task = TaskCatalog.Of(DataTask.Retrieve);
        Assert.Contains("mixup", Refused(new TrainOptions { Mixup = 0.2 }, DataTask.Retrieve), StringComparison.Ordinal);
        Assert.Contains("instances", Refused(new TrainOptions { Instances = 4 }, DataTask.Classify), StringComparison.Ordinal);
        Assert.Contains("triplet", Assert.Throws<OptionException>(() => LossParser.Parse("ce+triplet")).Message, StringComparison.Ordinal);
        Assert.Equal(4, Recipe.Complete(new TrainOptions { Task = DataTask.Retrieve }, 100).Instances);
        Assert.Throws<OptionException>(() => task.CreateLoss(new TrainOptions(), new MeanColor(), Loader(new People(4, 0, 2), new DataLoaderOptions(), new SamplePipeline(new TransformOptions()))));
        Assert.Throws<ShapeException>(() => task.CheckOutputs(Tensor.Zeros([2, 3, 4]), 2, 2));

        string root = _folder.Classes("alone", 3, "anna");
        DatasetPair data = new(new IdentityPictures(DatasetFactory.Open(root)), new People(4, 0, 2), "given");
        Assert.Contains("at least two identities", DataCheck.Run(data).Problem, StringComparison.Ordinal);
    }

    private static string Refused(TrainOptions options, DataTask task) => Assert.Throws<OptionException>(() => Recipe.Check(options, TaskCatalog.Of(task))).Message;

    private static DataLoader Loader(IImageDataset data, DataLoaderOptions options, SamplePipeline pipeline) => new(data, pipeline, options);

    /// <summary>Somebody is a colour above another; where they stand, how light it is and what lies around differ from picture to picture.</summary>
    private sealed class People(int count, int first, int identities) : IImageDataset
    {
        public string Source => "people";

        public DataTask Task => DataTask.Retrieve;

        public int Count => count;

        public IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(first, identities).Select(i => $"{i}")];

        public int Label(int index) => index % identities;

        public string Name(int index) => $"{Classes[Label(index)]}/{index}.png";

        public ImageSample Get(int index)
        {
            Generator random = new Generator(5).Fork((ulong)((first * 1000) + index)), own = new Generator(9).Fork((ulong)(first + Label(index)));
            int[] colors = [.. Enumerable.Range(0, 6).Select(_ => own.Next(256))];
            int x = random.Next(16), y = random.Next(8), light = random.Next(80) - 40;
            var image = new Image(Side, Side, PixelFormat.Rgb);
            for (int p = 0; p < Side * Side; p++)
            {
                int column = (p % Side) - x, row = (p / Side) - y;
                bool isInside = column is >= 0 and < 14 && row is >= 0 and < 22;
                for (int c = 0; c < 3; c++)
                {
                    int value = isInside ? colors[(row < 11 ? 0 : 3) + c] + light : 128;
                    image.Pixels[(3 * p) + c] = (byte)Math.Clamp(value + random.Next(60) - 30, 0, 255);
                }
            }

            return new ImageSample(image, Label(index), Name(index));
        }
    }

    /// <summary>Embeds a picture by the mean of its channels.</summary>
    private sealed class MeanColor : Module
    {
        protected override Tensor Forward(Tensor x) => x.GlobalAvgPool();
    }
}
