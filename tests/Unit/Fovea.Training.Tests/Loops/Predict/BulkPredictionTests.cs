using System.Formats.Tar;
using System.Text.Json;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Io;
using Fovea.Models;
using Fovea.Training.Data;
using Fovea.Training.Tests.Data;

namespace Fovea.Training.Tests.Predict;

/// <summary>A line for every picture of every shard, once, whatever stopped the work before and however many share it.</summary>
[Collection("engine")]
public sealed class BulkPredictionTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_part_has_what_the_predictor_says_of_each_picture_in_the_order_of_the_shard()
    {
        string shards = Shards(3, 7);
        using Predictor predictor = Open();
        BulkResult result = BulkPrediction.Run(predictor, Into("found", shards));
        Assert.Equal((3, 3, 21L, 0L), (result.Shards, result.Written, result.Images, result.Unreadable));
        Assert.Empty(result.Problems);
        Assert.Equal(["000000.jsonl", "000001.jsonl", "000002.jsonl", "predict.json"], Files("found"));
        for (int shard = 0; shard < 3; shard++)
        {
            string[] names = [.. Enumerable.Range(0, 7).Select(i => $"{shard:D6}/{i:D4}.png")];
            Image[] images = [.. Enumerable.Range(0, 7).Select(i => ImageCodecs.Decode(Picture(shard, i), predictor.Description.Decoding))];
            Assert.Equal(predictor.See(images, names).Select(p => p.ToJson(null)), Lines("found", shard));
        }

        Assert.Equal((3, 0, 0L), BulkPrediction.Run(predictor, Into("found", shards)) is var again ? (again.Shards, again.Written, again.Images) : default);
    }

    [Fact]
    public void Work_that_is_stopped_ten_times_has_every_picture_once()
    {
        string shards = Shards(24, 5);
        using Predictor predictor = Open();
        BulkPrediction.Run(predictor, Into("whole", shards));
        _folder.Folder("stopped");
        var random = new Random(3);
        int stops = 0;
        for (int run = 0; run < 10; run++)
        {
            // By turns after the first part that it writes, and wherever it is after a moment.
            using var stop = new CancellationTokenSource(run % 2 == 0 ? Timeout.Infinite : random.Next(1, 4));
            try
            {
                BulkPrediction.Run(predictor, Into("stopped", shards), run % 2 == 0 ? new Stop(stop, Parts().Length + 1) : null, stop.Token);
            }
            catch (OperationCanceledException)
            {
                stops++;
            }

            Assert.All(Parts(), part => Assert.Equal(5, File.ReadLines(Path.Combine(_folder.Root, "stopped", part)).Count()));
        }

        Assert.True(stops > 0);
        BulkPrediction.Run(predictor, Into("stopped", shards));
        AssertSame("whole", "stopped");

        string[] Parts() => [.. Files("stopped").Where(f => f.EndsWith(".jsonl", StringComparison.Ordinal))];
    }

    [Fact]
    public void Several_processes_share_a_folder_and_take_over_what_a_lost_one_was_at()
    {
        string shards = Shards(8, 5);
        using Predictor predictor = Open(), second = Open();
        BulkPrediction.Run(predictor, Into("alone", shards));

        // As left by one that was killed: a lock that nobody holds, and half a part under a name that readers pass over.
        string shared = _folder.Folder("shared");
        File.Copy(Path.Combine(_folder.Root, "alone", BulkManifest.Name), Path.Combine(shared, BulkManifest.Name));
        File.WriteAllText(Path.Combine(shared, ".000003.jsonl.lock"), string.Empty);
        File.WriteAllText(Path.Combine(shared, ".000003.jsonl.0badcafe.tmp"), "{");
        BulkResult[] results = new BulkResult[2];
        Parallel.For(0, 2, rank => results[rank] = BulkPrediction.Run(rank == 0 ? predictor : second, Into("shared", shards) with { Rank = rank, Ranks = 2 }));
        Assert.Equal((8, 40L), (results.Sum(r => r.Written), results.Sum(r => r.Images)));
        AssertSame("alone", "shared");
        Assert.Empty(Directory.GetFiles(shared, ".*"));
    }

    [Fact]
    public async Task A_part_that_another_is_at_is_waited_for()
    {
        string shards = Shards(2, 3);
        using Predictor predictor = Open();
        string found = _folder.Folder("found");
        BulkManifest.Of(predictor).Begin(found);
        PartClaim held = PartClaim.TryTake(Path.Combine(found, "000001.jsonl"))!;
        Assert.Null(PartClaim.TryTake(Path.Combine(found, "000001.jsonl")));
        Task<BulkResult> work = Task.Run(() => BulkPrediction.Run(predictor, Into("found", shards)), TestContext.Current.CancellationToken);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.False(work.IsCompleted);
        held.Dispose();
        Assert.Equal(2, (await work).Written);
    }

    [Fact]
    public void What_is_broken_is_named_and_the_rest_goes_on()
    {
        string shards = Shards(3, 4);
        string cut = Path.Combine(shards, "000001.tar");
        byte[] whole = File.ReadAllBytes(cut);
        File.WriteAllBytes(cut, whole[..(whole.Length / 2)]);
        Write(Path.Combine(shards, "000003.tar"), [("a.png", Picture(3, 0)), ("b.png", [1, 2, 3]), ("b.txt", [1])]);
        Write(Path.Combine(shards, "000004.tar"), [("readme.txt", [1])]);
        using Predictor predictor = Open();
        BulkResult result = BulkPrediction.Run(predictor, Into("found", shards));
        Assert.Equal((5, 3, 10L, 1L), (result.Shards, result.Written, result.Images, result.Unreadable));
        Assert.Equal(2, result.Problems.Count);
        Assert.Contains(result.Problems, p => p.Contains("000001.tar", StringComparison.Ordinal) && p.Contains("not a whole tar", StringComparison.Ordinal));
        Assert.Contains(result.Problems, p => p.Contains("000004.tar", StringComparison.Ordinal) && p.Contains("expected a shard with pictures", StringComparison.Ordinal));
        JsonElement error = JsonDocument.Parse(Lines("found", 3)[1]).RootElement;
        Assert.Equal("000003/b.png", error.GetProperty("path").GetString());
        Assert.Contains("named as a PNG", error.GetProperty("error").GetString(), StringComparison.Ordinal);

        // Put right, it gets its part.
        File.WriteAllBytes(cut, whole);
        Assert.Equal(1, BulkPrediction.Run(predictor, Into("found", shards)).Written);
    }

    [Fact]
    public void Divided_shards_keep_their_folders()
    {
        string root = Shards(2, 2, "train");
        Shards(1, 2, "val");
        using Predictor predictor = Open();
        Assert.Equal(3, BulkPrediction.Run(predictor, Into("found", Path.GetDirectoryName(root)!)).Written);
        Assert.True(File.Exists(Path.Combine(_folder.Root, "found", "train", "000001.jsonl")));
        Assert.True(File.Exists(Path.Combine(_folder.Root, "found", "val", "000000.jsonl")));
    }

    [Fact]
    public void A_folder_of_something_else_is_left_as_it_is()
    {
        string shards = Shards(1, 2);
        using Predictor predictor = Open(), other = Open(seed: 8), fewer = Open(top: 1), elsewhere = Open(engine: new Elsewhere());
        BulkPrediction.Run(predictor, Into("found", shards));
        Assert.Contains("other weights", Refused(other, "found", shards), StringComparison.Ordinal);
        Assert.Contains("classes for each image", Refused(fewer, "found", shards), StringComparison.Ordinal);
        Assert.Contains("another engine (cpu)", Refused(elsewhere, "found", shards), StringComparison.Ordinal);
        _folder.Text("mine/notes.txt", "mine");
        Assert.Contains("holds something else", Refused(predictor, "mine", shards), StringComparison.Ordinal);
        Assert.Contains("expected shards", Refused(predictor, "found", _folder.Folder("empty")), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder.Root, "found", BulkManifest.Name), "[");
        Assert.Contains("cannot tell", Refused(predictor, "found", shards), StringComparison.Ordinal);
    }

    private string Refused(Predictor predictor, string folder, string shards) =>
        Assert.Throws<DataException>(() => BulkPrediction.Run(predictor, Into(folder, shards))).Message;

    private BulkOptions Into(string folder, string shards) => new() { Data = shards, Output = Path.Combine(_folder.Root, folder) };

    private string[] Files(string folder) => [.. Directory.GetFiles(Path.Combine(_folder.Root, folder)).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private string[] Lines(string folder, int shard) => File.ReadAllLines(Path.Combine(_folder.Root, folder, $"{shard:D6}.jsonl"));

    private void AssertSame(string expected, string actual)
    {
        Assert.Equal(Files(expected), Files(actual));
        Assert.All(Files(expected), f => Assert.Equal(File.ReadAllBytes(Path.Combine(_folder.Root, expected, f)), File.ReadAllBytes(Path.Combine(_folder.Root, actual, f))));
    }

    // Pictures without labels, of several sizes.
    private string Shards(int count, int pictures, string name = "shards")
    {
        string root = _folder.Folder($"data/{name}");
        for (int shard = 0; shard < count; shard++)
        {
            Write(Path.Combine(root, $"{shard:D6}.tar"), [.. Enumerable.Range(0, pictures).Select(i => ($"{i:D4}.png", Picture(shard, i)))]);
        }

        return root;
    }

    private static byte[] Picture(int shard, int index) => TestFolder.Png(12 + index, 16, $"{shard} {index}");

    private static void Write(string path, (string Name, byte[] Content)[] members)
    {
        using var writer = new TarWriter(File.Create(path));
        foreach ((string name, byte[] content) in members)
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }
    }

    private Predictor Open(ulong seed = 7, int top = 3, IModuleEngine? engine = null)
    {
        using TensorScope scope = TensorScope.Begin();
        var description = new ModelDescription { Model = "resnet8", Classes = TinyRun.Classes, ImageSize = 16 };
        Module model = description.Build();
        Initialization.Draw(model, new Generator(seed));
        string weights = Path.Combine(_folder.Root, $"{seed}.safetensors");
        SafetensorsFile.Write(weights, StateDict.Of(model), description.ToMetadata());
        return Predictor.Open(new PredictOptions { Weights = weights, BatchSize = 4, Top = top, Engine = engine });
    }

    /// <summary>An engine of another name that computes what ours does.</summary>
    private sealed class Elsewhere : IModuleEngine
    {
        public string Name => "elsewhere";

        public IRunningModule Load(Module module) => new Running(module);

        public ITrainingModule LoadForTraining(Module module) => throw new NotSupportedException("It predicts alone.");

        public ILookedModule LoadForLooking(Module module) => throw new NotSupportedException("It predicts alone.");

        private sealed class Running(Module module) : IRunningModule
        {
            public Tensor Run(Tensor x) => module.Call(x);

            public void Dispose()
            {
            }
        }
    }

    private sealed class Stop(CancellationTokenSource source, int parts) : IProgress<double>
    {
        private int _left = parts;

        public void Report(double value)
        {
            if (--_left == 0)
            {
                source.Cancel();
            }
        }
    }
}
