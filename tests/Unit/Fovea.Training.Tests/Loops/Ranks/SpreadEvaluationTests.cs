using Fovea.Distributed;
using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Io;
using Fovea.Models;
using Fovea.Training.Data;
using Fovea.Training.Tests.Data;

namespace Fovea.Training.Tests;

/// <summary>Evaluations that several processes share, with ranks that are threads: every number and every file is that of one.</summary>
[Collection("engine")]
public sealed class SpreadEvaluationTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("classify", 2)]
    [InlineData("classify", 3)]
    [InlineData("views", 2)]
    [InlineData("shards", 4)]
    [InlineData("segment", 2)]
    [InlineData("windows", 3)]
    [InlineData("detect", 2)]
    [InlineData("retrieve", 2)]
    public void Any_number_of_ranks_gives_the_result_of_one_process(string kind, int ranks)
    {
        EvalOptions options = Prepare(kind) with { Output = Path.Combine(_folder.Root, "alone") };
        Evaluation alone = Evaluator.Measure(options, cancellation: TestContext.Current.CancellationToken);
        EvalOptions shared = options with { Output = Path.Combine(_folder.Root, "shared"), Logits = options.Logits is null ? null : Path.Combine(_folder.Root, "shared.json") };
        Evaluation?[] found = RankThreads.Run(ranks, group => Evaluator.Measure(shared, group));
        Assert.All(found[1..], Assert.Null);
        Assert.Equal(Text(alone), Text(found[0]!));
        Assert.Equal(kind == "shards" ? 2 : 0, alone.Unreadable.Count);

        // The page says when it was made; the rest does not.
        string[] files = [.. Directory.EnumerateFiles(options.Output, "*.*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(options.Output, f)).Where(f => f != "report.html").Order()];
        Assert.NotEmpty(files);
        Assert.All(files, f => Assert.Equal(File.ReadAllBytes(Path.Combine(options.Output, f)), File.ReadAllBytes(Path.Combine(shared.Output!, f))));
        Assert.True(File.Exists(Path.Combine(shared.Output!, "report.html")));
        if (options.Logits is not null)
        {
            Assert.Equal(File.ReadAllBytes(options.Logits), File.ReadAllBytes(shared.Logits!));
        }
    }

    [Fact]
    public void More_ranks_than_batches_have_nothing_to_do_and_those_that_would_not_do_the_same_are_refused()
    {
        EvalOptions options = Prepare("classify") with { BatchSize = 100, Logits = null };
        Assert.Equal(Text(Evaluator.Measure(options)), Text(RankThreads.Run(4, group => Evaluator.Measure(options, group))[0]!));
        string Refused(Func<EvalOptions, EvalOptions> change) =>
            Assert.Throws<OptionException>(() => RankThreads.Run(2, group => Evaluator.Measure(group.IsRoot ? options : change(options), group))).Message;
        Pictures("other", 9, 3);
        Assert.Contains("rank 1 on thread-1 has not what rank 0 on thread-0 has: the images", Refused(o => o with { Data = Path.Combine(_folder.Root, "other") }), StringComparison.Ordinal);
        Assert.Contains("the weights", Refused(o => o with { Weights = Weights(new ModelDescription { Model = "resnet8", Classes = [.. TinyRun.Classes.Order()], ImageSize = 16 }, 2) }), StringComparison.Ordinal);
        Assert.Contains("the options", Refused(o => o with { Views = new TestViews { Flip = true } }), StringComparison.Ordinal);
    }

    private static string Text(Evaluation evaluation) => (evaluation with { Seconds = 0 }).ToJson();

    private EvalOptions Prepare(string kind)
    {
        var classifier = new ModelDescription { Model = "resnet8", Classes = [.. TinyRun.Classes.Order()], ImageSize = 16 };
        var segmenter = new ModelDescription { Model = "unet-small", Classes = ["background", "foreground"], ImageSize = 32, Task = DataTask.Segment };
        var options = new EvalOptions { BatchSize = 4 };
        switch (kind)
        {
            case "classify" or "views":
                Pictures("d", 23, 1);
                return options with
                {
                    Weights = Weights(classifier, 1),
                    Data = Path.Combine(_folder.Root, "d"),
                    Logits = Path.Combine(_folder.Root, "logits.json"),
                    Views = kind == "views" ? TestViews.Parse("flip,five-crop") : TestViews.None,
                };
            case "shards":
                using (var shards = new DamagedShards(12, (1, DamagedShards.Kinds[1]), (20, DamagedShards.Kinds[0])))
                {
                    foreach (string file in Directory.GetFiles(shards.Train))
                    {
                        _folder.File($"d/{Path.GetFileName(file)}", File.ReadAllBytes(file));
                    }
                }

                return options with { Weights = Weights(classifier, 1), Data = Path.Combine(_folder.Root, "d"), BatchSize = 3 };
            case "segment" or "windows":
                for (int i = 0; i < 7; i++)
                {
                    _folder.File($"d/images/{i}.png", TestFolder.Png(40 + i, 36, $"i{i}"));
                    Image mask = TestFolder.Picture(40 + i, 36, $"m{i}", PixelFormat.Grey);
                    _folder.File($"d/masks/{i}.png", PngEncoder.Encode(new Image(mask.Width, mask.Height, PixelFormat.Grey, [.. mask.Pixels.Select(p => (byte)(p & 1))])));
                }

                return options with { Weights = Weights(segmenter, 1), Data = Path.Combine(_folder.Root, "d"), BatchSize = 2, Crop = kind == "windows" ? 16 : null };
            case "detect":
                _folder.Boxes("parts", 2, 7);
                return options with
                {
                    Weights = Weights(new ModelDescription { Model = "fcos_resnet18_fpn", Classes = ["cat", "dog"], ImageSize = 64, Task = DataTask.Detect }, 1),
                    Data = Path.Combine(_folder.Root, "d"),
                    BatchSize = 2,
                };
            default:
                _folder.Classes("d/query", 1, "cleo", "dora");
                _folder.Classes("d/gallery", 3, "cleo", "dora", "emil");
                _folder.Classes("d/train", 2, "anna", "bert");
                return options with
                {
                    Weights = Weights(new ModelDescription { Model = "reid_resnet18", Classes = ["anna", "bert"], ImageSize = 32, Task = DataTask.Retrieve }, 1),
                    Data = Path.Combine(_folder.Root, "d"),
                    BatchSize = 3,
                };
        }
    }

    private string Weights(ModelDescription description, ulong seed)
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = description.Build();
        Initialization.Draw(model, new Generator(seed).Fork("model"));
        string path = Path.Combine(_folder.Root, $"{description.Model}-{seed}.safetensors");
        SafetensorsFile.Write(path, StateDict.Of(model), description.ToMetadata());
        return path;
    }

    private void Pictures(string name, int count, ulong seed)
    {
        var images = new TinyRun.Blobs(count, seed);
        for (int i = 0; i < count; i++)
        {
            _folder.File($"{name}/{images.Name(i)}", PngEncoder.Encode(images.Get(i).Image));
        }
    }
}
