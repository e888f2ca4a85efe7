using Fovea.Io;
using Fovea.Testing.Network;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Shards;

/// <summary>Shards behind addresses are the same data as those on disk, fetched when they are needed and kept as far as there is room.</summary>
public sealed class FetchedShardTests : IDisposable
{
    private const int Pictures = 60;
    private readonly TestFolder _folder = new();
    private readonly string _shards;
    private readonly FaultyServer _server;
    private readonly HashSet<string> _lost = [];

    public FetchedShardTests()
    {
        for (int i = 0; i < Pictures; i++)
        {
            _folder.File($"plain/{(i % 2 == 0 ? "even" : "odd")}/{i}.png", TestFolder.Png(110, 110, $"{i}"));
        }

        _shards = Path.Combine(_folder.Root, "shards");
        ShardWriter.Write(Path.Combine(_folder.Root, "plain"), _shards, new ShardOptions { Size = 1_000_000 });
        _server = new FaultyServer(Answer);
    }

    private string Address => _server.File($"set/{{000000..{Count - 1:D6}}}.tar");

    private int Count => Directory.GetFiles(_shards, "*.tar").Length;

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void They_are_the_data_on_disk_and_each_is_fetched_when_it_is_needed()
    {
        IImageDataset before = DatasetFactory.Open(_shards), after = Open();
        Assert.True(Count > 2);
        Assert.Equal(before.Classes, after.Classes);
        Assert.Equal(Enumerable.Range(0, Pictures).Select(i => (before.Name(i), before.Label(i))), Enumerable.Range(0, after.Count).Select(i => (after.Name(i), after.Label(i))));
        Assert.Equal(0, Fetched("tar"));
        Assert.Equal(before.Get(0).Image.Pixels, after.Get(0).Image.Pixels);
        Assert.Equal(["/set/000000.tar"], Tars());

        // The check looks at the first shard alone.
        DataReport report = DataCheck.Run(after);
        Assert.Empty(report.Train.Unreadable);
        Assert.Equal(Pictures, report.Train.Classes.Sum(c => c.Count));
        Assert.Equal(["/set/000000.tar"], Tars());

        // Many threads that want the shards at once fetch each of them once.
        Assert.Equal(Indices(before, workers: 0), Indices(after, workers: 3));
        Assert.Equal(Count, Fetched("tar"));
    }

    [Fact]
    public void What_is_in_the_cache_need_not_come_again_and_is_enough_without_a_network()
    {
        int[] order = Indices(Open(), workers: 0);
        int[] again = Indices(Open(), workers: 0);
        Assert.Equal(order, again);
        Assert.Equal(Count, Fetched("tar"));
        int asked = _server.Requests.Count;
        Assert.Equal(order, Indices(Open(offline: true), workers: 0));
        Assert.Equal(asked, _server.Requests.Count);
    }

    [Fact]
    public void No_more_is_kept_than_may_be_and_what_went_comes_again()
    {
        const long room = 2_100_000;
        IImageDataset before = DatasetFactory.Open(_shards), after = Open(room);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            for (int i = 0; i < Pictures; i++)
            {
                Assert.Equal(before.Get(i).Image.Pixels, after.Get(i).Image.Pixels);
            }

            Assert.InRange(Directory.GetFiles(Path.Combine(_folder.Root, "cache", "shards"), "data", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length), 1, room);
        }

        Assert.True(Fetched("tar") > Count);

        // Threads that take the room from each other lose nothing.
        Assert.Equal(Indices(before, workers: 0), Indices(Open(1), workers: 3));
    }

    [Fact]
    public void Without_indices_the_shards_are_fetched_and_searched()
    {
        Array.ForEach(Directory.GetFiles(_shards, "*.idx"), File.Delete);
        IImageDataset after = Open(), before = DatasetFactory.Open(_shards);
        Assert.Equal(Count, Fetched("tar"));
        Assert.Equal(Enumerable.Range(0, Pictures).Select(before.Name), Enumerable.Range(0, after.Count).Select(after.Name));
        Assert.Equal(before.Get(Pictures - 1).Image.Pixels, after.Get(Pictures - 1).Image.Pixels);
    }

    [Fact]
    public void A_shard_that_cannot_be_had_is_named_and_the_rest_goes_on()
    {
        _lost.UnionWith(["000001.tar", "000001.idx"]);
        IImageDataset data = Open();
        Assert.InRange(data.Count, 1, Pictures - 1);
        Assert.Contains(data.Notes, n => n.Contains(_server.File("set/000001.tar"), StringComparison.Ordinal) && n.Contains("404", StringComparison.Ordinal));
        Assert.All(Enumerable.Range(0, data.Count), i => Assert.NotNull(data.Get(i)));
    }

    [Fact]
    public void A_shard_that_is_not_that_of_its_index_is_refused()
    {
        File.AppendAllText(Path.Combine(_shards, "000001.tar"), "more");
        IImageDataset data = Open();
        int last = Enumerable.Range(0, data.Count).Last(i => data.Name(i).StartsWith("000001/", StringComparison.Ordinal));
        string message = Assert.Throws<DataException>(() => data.Get(last)).Message;
        Assert.StartsWith(_server.File("set/000001.tar"), message, StringComparison.Ordinal);
        Assert.Contains("its index says", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://h/{0..1}.zip", "expected the address of a shard")]
    [InlineData("https://h/{5..1}.tar", "smaller number first")]
    [InlineData("https://h/{0..999999}.tar", "at most 100000")]
    [InlineData("https://h/{0..1}{0..1}.tar", "expected the address")]
    [InlineData("https://h/}{.tar", "expected the address")]
    [InlineData("https://h/{a..b}.tar", "expected the address")]
    [InlineData("https://h/0.tar#x", "expected the address")]
    [InlineData("http://example.org/0.tar", "expected https:")]
    [InlineData("https://me:secret@h/0.tar", "without a name or a password")]
    public void Addresses_that_are_none_are_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<OptionException>(() => DatasetFactory.Open(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Braces_stand_for_numbers_and_files_beside_keep_the_query()
    {
        Assert.Equal(["https://h/d/s-08.tar?k=1", "https://h/d/s-09.tar?k=1", "https://h/d/s-10.tar?k=1"], ShardAddresses.Of("https://h/d/s-{08..10}.tar?k=1"));
        Assert.Equal(["https://h/d/s.tar"], ShardAddresses.Of("https://h/d/s.tar"));
        Assert.Equal("https://h/d/s-08.idx?k=1", ShardAddresses.IndexOf("https://h/d/s-08.tar?k=1"));
        Assert.Equal("https://h/d/classes.txt?k=1", ShardAddresses.Beside("https://h/d/s-08.tar?k=1", "classes.txt"));
        Assert.Equal("birds", DatasetFactory.NameOf("https://h/birds/train/{0..9}.tar"));
        Assert.Equal("birds", DatasetFactory.NameOf("https://h/birds/{0..9}.tar"));
    }

    private IImageDataset Open(long room = long.MaxValue, bool offline = false) => DatasetFactory.Open(
        Address, new DatasetOptions { Sources = new SourceOptions { Cache = Path.Combine(_folder.Root, "cache"), ShardBytes = room, IsOffline = offline } });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Masks_and_boxes_come_from_there_too(bool hasIndices)
    {
        foreach (string labels in new[] { "masks", "boxes" })
        {
            string data = Path.Combine(_folder.Root, labels);
            for (int i = 0; i < 6; i++)
            {
                _folder.File($"{labels}/images/{i}.png", TestFolder.Png(16, 12, $"{i}"));
                if (labels == "masks")
                {
                    var mask = new Fovea.Imaging.Image(16, 12, Fovea.Imaging.PixelFormat.Grey);
                    mask.Pixels.AsSpan(0, 20 + i).Fill(255);
                    _folder.File($"masks/masks/{i}.png", Fovea.Imaging.Codecs.Png.PngEncoder.Encode(mask));
                }
                else
                {
                    _folder.Text($"boxes/annotations/{i}.xml", BoxFolder.Xml((i % 2 == 0 ? "cat" : "dog", 1, 2, 3 + i, 9)));
                }
            }

            Directory.Delete(_shards, recursive: true);
            ShardWriter.Write(data, _shards);
            if (!hasIndices)
            {
                File.Delete(Path.Combine(_shards, "000000.idx"));
                _lost.Add("000000.idx");
            }

            // Each set at an address of its own, since the cache keeps what it has under another.
            IImageDataset before = DatasetFactory.Open(_shards), after = DatasetFactory.Open(_server.File($"set/{labels}/{{000000..000000}}.tar"), new DatasetOptions { Sources = new SourceOptions { Cache = Path.Combine(_folder.Root, "cache") } });
            Assert.Equal(labels == "masks" ? DataTask.Segment : DataTask.Detect, after.Task);
            Assert.Equal(before.Classes, after.Classes);
            for (int i = 0; i < 6; i++)
            {
                Assert.Equal(before.Get(i).Image.Pixels, after.Get(i).Image.Pixels);
                Assert.Equal(before.Get(i).Mask?.Pixels, after.Get(i).Mask?.Pixels);
                Assert.Equal((before.Get(i) as BoxSample)?.Boxes, (after.Get(i) as BoxSample)?.Boxes);
            }

        }
    }

    // The order of the pictures and their pixels, in a number each.
    private static int[] Indices(IImageDataset data, int workers)
    {
        var loader = new DataLoader(data, new SamplePipeline(TransformOptions.ForEvaluation(8)), new DataLoaderOptions { BatchSize = 8, Workers = workers, ShuffleBuffer = 15 });
        var all = new List<int>();
        foreach (Batch batch in loader.Read(0))
        {
            using (batch)
            {
                all.AddRange(batch.Indices);
                all.Add(batch.Images.AsSpan<float>().ToArray().Aggregate(17, (sum, v) => unchecked((sum * 31) + BitConverter.SingleToInt32Bits(v))));
            }
        }

        return [.. all];
    }

    private string[] Tars() => [.. _server.Requests.Select(r => r.Path).Where(p => p.EndsWith(".tar", StringComparison.Ordinal)).Distinct()];

    // Answers with the file, not those that say that it is the same still.
    private int Fetched(string ending) => _server.Requests.Count(r => r.Path.EndsWith(ending, StringComparison.Ordinal) && r["If-None-Match"] is null);

    private Reply Answer(Asked asked)
    {
        string name = asked.Path.Split('/')[^1], path = Path.Combine(_shards, name);
        if (!asked.Path.StartsWith("/set/", StringComparison.Ordinal) || _lost.Contains(name) || !File.Exists(path))
        {
            return Reply.Empty(404);
        }

        byte[] body = File.ReadAllBytes(path);
        string tag = $"\"{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(body))[..16]}\"";
        return asked["If-None-Match"] == tag ? Reply.Empty(304) with { Headers = [$"ETag: {tag}"] } : Reply.Range(body, asked.From, $"ETag: {tag}");
    }
}
