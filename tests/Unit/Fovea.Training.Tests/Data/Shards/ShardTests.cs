using System.Formats.Tar;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Shards;

/// <summary>Shards give the pictures of the data they were written from, in an order that the seed decides, whatever is broken in them.</summary>
public sealed class ShardTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shards_hold_the_stored_bytes_and_classes_of_the_data()
    {
        string plain = Noise("plain", 60);
        string shards = Path.Combine(_folder.Root, "shards");
        ShardResult result = ShardWriter.Write(plain, shards, new ShardOptions { Size = 1_000_000 });
        Assert.Equal(60, result.Pictures);
        Assert.True(result.Shards > 2);
        Assert.All(Directory.GetFiles(shards, "*.tar"), t => Assert.InRange(new FileInfo(t).Length, 1, 1_000_000));
        IImageDataset before = DatasetFactory.Open(plain), after = DatasetFactory.Open(shards);
        Assert.Equal(before.Classes, after.Classes);
        Assert.Equal(Contents(before), Contents(after));
        Assert.Equal(60, Enumerable.Range(0, 60).Select(after.Name).Distinct().Count());

        // .NET's own reader agrees about every member.
        int members = 0;
        foreach (string tar in Directory.GetFiles(shards, "*.tar"))
        {
            using var reader = new TarReader(File.OpenRead(tar));
            while (reader.GetNextEntry() is { } entry)
            {
                Assert.True(entry.Name.EndsWith(".png", StringComparison.Ordinal) || entry.Name.EndsWith(".cls", StringComparison.Ordinal));
                members++;
            }
        }

        Assert.Equal(120, members);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_a_shard_that_is_gone_is_written_again()
    {
        string plain = Noise("plain", 60), first = Path.Combine(_folder.Root, "a"), second = Path.Combine(_folder.Root, "b");
        var options = new ShardOptions { Size = 1_000_000, Seed = 3 };
        int shards = ShardWriter.Write(plain, first, options).Shards;
        ShardWriter.Write(plain, second, options);
        string lost = Path.Combine(second, "000001.tar"), bare = Path.Combine(second, "000002.idx");
        File.Delete(lost);
        File.Delete(bare);
        Assert.Equal(2, ShardWriter.Write(plain, second, options).Written);
        Assert.Equal((shards, 0), ShardWriter.Write(plain, second, options) is var all ? (all.Shards, all.Written) : default);
        foreach (string file in Directory.GetFiles(first))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(second, Path.GetFileName(file))));
        }

        Assert.Contains("another folder", Assert.Throws<DataException>(() => ShardWriter.Write(plain, second, options with { Seed = 4 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Divided_data_become_divided_shards()
    {
        _folder.Classes("d/train", 6, "dark", "light");
        _folder.Classes("d/val", 2, "dark", "light");
        string shards = Path.Combine(_folder.Root, "s");
        ShardWriter.Write(Path.Combine(_folder.Root, "d"), shards, new ShardOptions { Resize = 4 });
        DatasetPair pair = DatasetFactory.OpenPair(shards);
        Assert.Equal((12, 4, "train/ and val/ of shards"), (pair.Train.Count, pair.Val.Count, pair.Division));
        Assert.Equal(["dark", "light"], pair.Classes);
        Assert.Equal(4, pair.Train.Get(0).Image.Width);
        Assert.Empty(DataCheck.Run(pair).Train.Unreadable);
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Tars_of_others_are_read_by_the_convention(TarEntryFormat format)
    {
        byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);
        _folder.File("w/set-0000.tar", TestArchive.Tar(format,
            ("x/a.jpg.png", TestFolder.Png(4, 4, "not the picture")), ("x/a.png", TestFolder.Png(4, 4, "a")), ("x/a.cls", Text("cat\n")), ("x/b.json", Text("{\"label\": \"dog\"}")),
            ("x/b.png", TestFolder.Png(4, 4, "b")), ("x/c.png", TestFolder.Png(4, 4, "c"))));
        _folder.File("w/set-0001.tar", TestArchive.Tar(format, ("d.PNG", TestFolder.Png(4, 4, "d")), ("d.cls", Text("cat"))));
        for (int time = 0; time < 2; time++)
        {
            // The second time from the index that the first one kept.
            IImageDataset data = DatasetFactory.Open(Path.Combine(_folder.Root, "w"));
            Assert.Equal(["cat", "dog"], data.Classes);
            Assert.Equal(["set-0000/x/a.png", "set-0000/x/b.png", "set-0001/d.PNG"], Enumerable.Range(0, data.Count).Select(data.Name));
            Assert.Equal([0, 1, 0], Enumerable.Range(0, data.Count).Select(data.Label));
            Assert.Equal(TestFolder.Picture(4, 4, "b").Pixels, data.Get(1).Image.Pixels);
            Assert.Contains(data.Notes, n => n.Contains("1 picture has no label", StringComparison.Ordinal));
            Assert.True(File.Exists(Path.Combine(_folder.Root, "w/set-0000.idx")));
        }
    }

    [Fact]
    public void A_broken_shard_is_named_and_the_rest_goes_on()
    {
        string shards = Path.Combine(_folder.Root, "shards");
        ShardWriter.Write(Noise("plain", 60), shards, new ShardOptions { Size = 1_000_000 });
        int whole = DatasetFactory.Open(shards).Count;
        string broken = Path.Combine(shards, "000001.tar");
        byte[] bytes = File.ReadAllBytes(broken);
        File.WriteAllBytes(broken, bytes[..(bytes.Length / 2)]);
        IImageDataset data = DatasetFactory.Open(shards);
        Assert.InRange(data.Count, whole / 2, whole - 1);
        Assert.Contains(data.Notes, n => n.Contains(broken, StringComparison.Ordinal) && n.Contains("near byte", StringComparison.Ordinal));
        Assert.Contains(data.Notes, n => n.Contains("shards.json says 60", StringComparison.Ordinal));
        Assert.All(Enumerable.Range(0, data.Count), i => Assert.NotNull(data.Get(i)));

        // Bytes that are no picture are named with their place.
        File.WriteAllBytes(broken, bytes);
        data = DatasetFactory.Open(shards);
        int last = Enumerable.Range(0, data.Count).Last(i => data.Name(i).StartsWith("000001/", StringComparison.Ordinal));
        using (FileStream file = File.OpenWrite(broken))
        {
            file.Position = bytes.AsSpan().LastIndexOf("IHDR"u8) - 12;
            file.Write(new byte[64]);
        }

        string message = Assert.Throws<DataException>(() => data.Get(last)).Message;
        Assert.Contains(broken, message, StringComparison.Ordinal);
        Assert.Contains("at byte", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_is_of_the_seed_alone_and_stays_near_the_shards()
    {
        string shards = Path.Combine(_folder.Root, "shards");
        ShardWriter.Write(Noise("plain", 60), shards, new ShardOptions { Size = 1_000_000 });
        IImageDataset data = DatasetFactory.Open(shards);
        DataLoader Loader(int workers, ulong seed = 1, int buffer = 5) =>
            new(data, new SamplePipeline(TransformOptions.ForEvaluation(8)), new DataLoaderOptions { BatchSize = 8, Workers = workers, Seed = seed, ShuffleBuffer = buffer });
        int[] order = Loader(0).Order(0);
        Assert.Equal(Enumerable.Range(0, 60), order.Order());
        Assert.NotEqual(order, Loader(0).Order(1));
        Assert.NotEqual(order, Loader(0, seed: 2).Order(0));

        // Within a buffer of five no picture comes more than four places before its turn.
        string[] names = [.. order.Select(i => data.Name(i)[..6])];
        Assert.InRange(names.Zip(names.Skip(1)).Count(p => p.First != p.Second), 1, 30);
        int[][] Batches(int workers, int first)
        {
            var batches = new List<int[]>();
            foreach (Batch batch in Loader(workers).Read(0, first))
            {
                using (batch)
                {
                    batches.Add([.. batch.Indices]);
                }
            }

            return [.. batches];
        }

        int[][] alone = Batches(0, 0);
        Assert.Equal(order, alone.SelectMany(b => b));
        Assert.Equal(alone, Batches(1, 0));
        Assert.Equal(alone, Batches(3, 0));
        Assert.Equal(alone[3..], Batches(2, 3));
    }

    [Fact]
    public void A_damaged_index_is_made_anew()
    {
        string shards = Path.Combine(_folder.Root, "shards");
        ShardWriter.Write(Noise("plain", 6), shards);
        string path = Path.Combine(shards, "000000.idx");
        byte[] bytes = File.ReadAllBytes(path);
        Assert.NotNull(ShardIndex.Parse(bytes));
        Assert.Equal(bytes, ShardIndex.Parse(bytes)!.ToBytes());
        string[] contents = Contents(DatasetFactory.Open(shards));
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] mutated = [.. bytes];
            mutated[random.Next(mutated.Length)] ^= (byte)random.Next(1, 256);
            Assert.Null(ShardIndex.Parse(i % 3 == 0 ? mutated.AsSpan(0, random.Next(mutated.Length)) : mutated));

            // With a sum that holds, only the checks of the numbers are left: no other exception, whatever they are.
            System.Security.Cryptography.SHA256.HashData(mutated.AsSpan(0, mutated.Length - 32), mutated.AsSpan(mutated.Length - 32));
            _ = ShardIndex.Parse(mutated);
        }

        bytes[40] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(contents, Contents(DatasetFactory.Open(shards)));
    }

    // Pictures of noise, of 37 kB each, so that a shard of the least size has some twenty.
    private string Noise(string name, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _folder.File($"{name}/{(i % 2 == 0 ? "even" : "odd")}/{i}.png", TestFolder.Png(110, 110, $"{i}"));
        }

        return Path.Combine(_folder.Root, name);
    }

    private static string[] Contents(IImageDataset data) =>
        [.. Enumerable.Range(0, data.Count).Select(i => $"{data.Classes[data.Label(i)]} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(data.Get(i).Image.Pixels))}").Order()];
}
