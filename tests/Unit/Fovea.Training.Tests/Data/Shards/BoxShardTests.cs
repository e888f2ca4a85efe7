using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Fovea.Imaging;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Shards;

/// <summary>Shards of pictures with boxes give what the folders give that they were written from, with what is wrong in them.</summary>
public sealed class BoxShardTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("parts")]
    [InlineData("voc")]
    [InlineData("yolo")]
    [InlineData("roboflow")]
    [InlineData("beside")]
    [InlineData("coco")]
    public void Every_layout_gives_the_same_samples(string layout)
    {
        _folder.Boxes(layout, 7, 3);
        Same(DataSplit.Train, DataSplit.Val);
        Assert.True(File.Exists(Path.Combine(_folder.Root, "s/train/000000.tar")));
    }

    [Fact]
    public void What_is_wrong_with_boxes_is_what_was_wrong_in_the_folder()
    {
        Faulty();
        (IImageDataset folder, IImageDataset shards) = Same(DataSplit.Train);
        string[] Kinds(IImageDataset data) => [.. Enumerable.Range(0, data.Count).Select(i => string.Join(' ', ((BoxSample)data.Get(i)).Faults.Select(f => f.Kind)))];
        Assert.Equal(Kinds(folder), Kinds(shards));
        BoxSummary before = DataCheck.Run(folder).Train.Boxes!, after = DataCheck.Run(shards).Train.Boxes!;
        Assert.Equal((before.Written, before.Used, before.Ignored, before.Text), (after.Written, after.Used, after.Ignored, after.Text));
        Assert.Equal((3, 1, 1, 1), (after.Lost.Count, after.Duplicates.Count, after.Clipped.Count, after.Ignored));
        string shard = Path.Combine(_folder.Root, "s/train/000000.tar");
        Assert.All(after.Lost, l => Assert.Matches($@"^{System.Text.RegularExpressions.Regex.Escape(shard)}: the boxes of 000000/\d+\.png at byte \d+: box \d+ \(", l));
    }

    [Fact]
    public void A_batch_of_the_shards_is_a_batch_of_the_folder_bit_for_bit()
    {
        _folder.Boxes("yolo", 12, 2);
        (IImageDataset folder, IImageDataset shards) = Same(DataSplit.Train);
        TransformOptions transform = TaskCatalog.Of(DataTask.Detect).Augmentation(32) with { Mosaic = 0.5, VerticalFlip = 0.5 };
        Batch[][] batches = [.. new[] { folder, shards }.Select(d =>
            new DataLoader(d, new SamplePipeline(transform), new DataLoaderOptions { BatchSize = 5, Seed = 3, Shuffle = false }).Read(2).ToArray())];
        foreach ((Batch one, Batch other) in batches[0].Zip(batches[1]))
        {
            using (one)
            using (other)
            {
                Assert.True(one.Images.AsBytes().SequenceEqual(other.Images.AsBytes()));
                Assert.True(one.Labels.AsBytes().SequenceEqual(other.Labels.AsBytes()));
            }
        }
    }

    [Fact]
    public void Pictures_and_boxes_are_made_smaller_together_and_shards_can_be_written_of_shards()
    {
        _folder.Boxes("parts", 6, 2);
        string small = Path.Combine(_folder.Root, "small"), again = Path.Combine(_folder.Root, "again");
        ShardWriter.Write(Path.Combine(_folder.Root, "d"), small, new ShardOptions { Resize = 6 });
        ShardWriter.Write(small, again);
        foreach (string shards in new[] { small, again })
        {
            IImageDataset data = DatasetFactory.Open(shards, split: DataSplit.Train);
            for (int i = 0; i < data.Count; i++)
            {
                var sample = (BoxSample)data.Get(i);
                Assert.Equal((8, 6), (sample.Image.Width, sample.Image.Height));
                Assert.Equal(new Box(1, 1.5f, 5, 4.5f), Assert.Single(sample.Boxes).Box);
            }
        }
    }

    [Fact]
    public void Boxes_of_others_are_read_in_both_forms_and_bad_ones_named_by_shard_and_member()
    {
        byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
        (string, byte[]?)[] Sample(string name, string boxes) => [($"{name}.png", TestFolder.Png(16, 12, name)), ($"{name}.json", Text(boxes))];
        _folder.File("w/set-0000.tar", TestArchive.Tar(TarEntryFormat.Pax,
        [
            .. Sample("a", """{"objects":[{"class":"cat","box":[1,2,5,6],"score":0.9},{"class":"dog","box":[0,0,16,12],"ignored":true}]}"""),
            .. Sample("b", "\uFEFF{\"annotations\":[{\"category\":\"dog\",\"bbox\":[1,2,4,4],\"iscrowd\":1}],\"width\":16,\"height\":12}"),
            .. Sample("c", """{"objects":[]}"""),
            .. Sample("garbage", "{"), .. Sample("other", """{"label":3}"""), .. Sample("three", """{"objects":[{"class":"cat","box":[1,2,5]}]}"""),
            .. Sample("nameless", """{"objects":[{"box":[1,2,5,6]}]}"""), .. Sample("size", """{"objects":[],"width":12,"height":16}"""),
            .. Sample("words", """{"objects":[{"class":"cat","box":[1,2,5,"6"]}]}"""), ("none.png", TestFolder.Png(16, 12, "none")), ("alone.json", Text("""{"objects":[]}""")),
        ]));
        string shard = Path.Combine(_folder.Root, "w/set-0000.tar");
        for (int time = 0; time < 2; time++)
        {
            IImageDataset data = DatasetFactory.Open(Path.Combine(_folder.Root, "w"));
            Assert.Equal((DataTask.Detect, 10), (data.Task, data.Count));
            Assert.Equal(["cat", "dog"], data.Classes);
            Assert.Equal([new LabelledBox(new Box(1, 2, 5, 6), 0, false), new LabelledBox(new Box(0, 0, 16, 12), 1, true)], ((BoxSample)data.Get(0)).Boxes);
            Assert.Equal([new LabelledBox(new Box(1, 2, 5, 6), 1, true)], ((BoxSample)data.Get(1)).Boxes);
            Assert.Empty(((BoxSample)data.Get(2)).Boxes);
            string[] reasons = [.. DataCheck.Run(data).Train.Unreadable.Select(u => u.Reason)];
            Assert.Equal(7, reasons.Length);
            Assert.All(reasons, r => Assert.StartsWith(shard, r, StringComparison.Ordinal));
            Assert.All(reasons, r => Assert.Matches(@"set-0000/(garbage|other|three|nameless|size|words|none)\.png at byte \d+: ", r));
            Assert.Contains(reasons, r => r.Contains("object 1 has no class", StringComparison.Ordinal));
            Assert.Contains(reasons, r => r.Contains("expected boxes in a picture of 12x16, got a picture of 16x12", StringComparison.Ordinal));
            Assert.Contains(reasons, r => r.Contains("there are no boxes beside the picture", StringComparison.Ordinal));
            Assert.Contains(data.Notes, n => n.Contains("1 file of boxes has no picture beside", StringComparison.Ordinal));
        }

        // Numbers are those of classes.txt.
        _folder.File("n/0000.tar", TestArchive.Tar(TarEntryFormat.Ustar, Sample("a", """{"annotations":[{"category_id":1,"bbox":[1,2,4,4]},{"category_id":7,"bbox":[1,2,4,4]}]}""")));
        _folder.Text("n/classes.txt", "cat\ndog\n");
        var numbered = (BoxSample)DatasetFactory.Open(Path.Combine(_folder.Root, "n")).Get(0);
        Assert.Equal(1, Assert.Single(numbered.Boxes).Class);
        Assert.Equal(BoxFaultKind.UnknownClass, Assert.Single(numbered.Faults).Kind);
    }

    [Fact]
    public void An_index_that_is_made_anew_is_the_one_that_was_written()
    {
        Faulty();
        _folder.File("m/images/0.png", TestFolder.Png(5, 4, "m"));
        _folder.File("m/masks/0.png", TestFolder.Png(5, 4, "x", PixelFormat.Grey));
        string boxes = Path.Combine(_folder.Root, "s"), masks = Path.Combine(_folder.Root, "t");
        ShardWriter.Write(Path.Combine(_folder.Root, "d"), boxes);
        ShardWriter.Write(Path.Combine(_folder.Root, "m"), masks, data: new DatasetOptions { MaskClasses = [.. Enumerable.Range(0, 255).Select(i => $"{i}")] });
        foreach (string path in new[] { Path.Combine(boxes, "train/000000.idx"), Path.Combine(masks, "000000.idx") })
        {
            byte[] written = File.ReadAllBytes(path);
            Assert.Equal(written, ShardIndex.Parse(written)!.ToBytes());
            File.Delete(path);
            Assert.NotNull(DatasetFactory.Open(path == Path.Combine(masks, "000000.idx") ? masks : boxes, split: DataSplit.Train).Get(0));
            Assert.Equal(written, File.ReadAllBytes(path));
            var random = new Random(1);
            for (int i = 0; i < 500; i++)
            {
                byte[] mutated = [.. written];
                mutated[random.Next(mutated.Length)] ^= (byte)random.Next(1, 256);
                Assert.Null(ShardIndex.Parse(i % 3 == 0 ? mutated.AsSpan(0, random.Next(mutated.Length)) : mutated));

                // With a sum that holds, only the checks of the numbers are left: no other exception, and no place outside of the shard.
                SHA256.HashData(mutated.AsSpan(0, mutated.Length - 32), mutated.AsSpan(mutated.Length - 32));
                if (ShardIndex.Parse(mutated) is { } index && index.Kind != ShardLabels.Classes)
                {
                    Assert.All(index.PartOffsets.Zip(index.PartLengths), p => Assert.InRange(p.First, 0, index.Length - Math.Max(0, p.Second)));
                }
            }
        }
    }

    [Fact]
    public void Damaged_boxes_are_read_or_refused()
    {
        byte[][] seeds =
        [
            ShardBoxJson.Write([new WrittenBox("cat", 1, 2, 3.5, 4e-3, false), new WrittenBox("Hündin \u0001", -5, 0, 1e9, 3, true)], (640, 480)),
            """{"annotations":[{"category_id":3,"bbox":[1,2,4,4],"iscrowd":0},{"category":"a","bbox":[0.5,0,1,1]}],"width":16,"height":12}"""u8.ToArray(),
        ];
        int refused = Mutations.Run<DataException>(seeds, 4000, bytes =>
        {
            _ = ShardBoxJson.HasBoxes(bytes);
            Assert.All(ShardBoxJson.Read(bytes, "shard", ["a"]).Boxes, b => Assert.True(double.IsFinite(b.X0) && double.IsFinite(b.X1) && b.Class.Length > 0));
        }, 1 << 20);
        Assert.InRange(refused, 1000, 3999);
    }

    [Fact]
    public void Damaged_shards_of_masks_and_boxes_are_read_or_refused()
    {
        byte[] mask = TestFolder.Png(6, 5, "mask", PixelFormat.Grey), boxes = ShardBoxJson.Write([new WrittenBox("cat", 1, 2, 3, 4, false)], (6, 5));
        byte[] tar = TestArchive.Tar(TarEntryFormat.Ustar,
            [.. Enumerable.Range(0, 3).SelectMany(i => new (string, byte[]?)[] { ($"{i}.png", TestFolder.Png(6, 5, $"{i}")), ($"{i}.mask.png", mask), ($"{i}.json", boxes) })]);
        string path = Path.Combine(_folder.Root, "w", "0000.tar");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        int refused = 0, read = 0;
        foreach (DataTask task in new[] { DataTask.Segment, DataTask.Detect })
        {
            var options = new DatasetOptions { Task = task, MaskClasses = task == DataTask.Segment ? [.. Enumerable.Range(0, 255).Select(i => $"{i}")] : null, MemoryLimit = 4 << 20 };
            refused += Mutations.Run<DataException>([tar], 400, bytes =>
            {
                File.WriteAllBytes(path, bytes);
                File.Delete(ShardIndex.PathOf(path));
                IImageDataset data = new ShardParts(options).Whole(() => new ShardSource(path, [new LocalShard(path)], null, null), () => ShardLabelKinds.Asked(task)!.Value).Open(DataSplit.Train);
                for (int i = 0; i < data.Count; i++)
                {
                    _ = data.Get(i);
                    read++;
                }
            }, 24 << 20);
        }

        Assert.InRange(refused, 20, 790);
        Assert.True(read > 500, $"{read}");
    }

    // An empty box, one outside, one of a class that is none, one twice, one that reaches out, one that does not count, and a picture that shows nothing.
    private void Faulty()
    {
        for (int i = 0; i < 30; i++)
        {
            _folder.Picture($"d/train/images/{i:D2}.png");
            string[] objects = i switch
            {
                3 => [Box("cat", 4, 4, 4, 8)],
                4 => [Box("cat", 20, 2, 25, 8), Box("cat", 1, 1, 5, 5)],
                5 => [Box("Cat", 1, 1, 5, 5)],
                6 => [Box("dog", 1, 1, 5, 5), Box("dog", 1, 1, 5, 5)],
                7 => [Box("dog", -4, 1, 5, 5)],
                8 => [Box("dog", 1, 1, 5, 5, "<difficult>1</difficult>"), Box("cat", 2, 2, 9, 9)],
                9 => [],
                _ => [Box(i % 2 == 0 ? "cat" : "dog", 2, 3, 10, 9)],
            };
            _folder.Text($"d/train/annotations/{i:D2}.xml", $"<annotation><size><width>16</width><height>12</height></size>{string.Concat(objects)}</annotation>");
        }

        _folder.Picture("d/val/images/0.png");
        _folder.Text("d/val/annotations/0.xml", BoxFolder.Xml(("cat", 2, 3, 10, 9)));
    }

    private static string Box(string name, int x0, int y0, int x1, int y1, string more = "") =>
        $"<object><name>{name}</name>{more}<bndbox><xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax></bndbox></object>";

    // The folder's pictures and, in the same order, those of its shards; of the last part asked for.
    private (IImageDataset Folder, IImageDataset Shards) Same(params DataSplit[] splits)
    {
        string folder = Path.Combine(_folder.Root, "d"), shards = Path.Combine(_folder.Root, "s");
        Assert.Empty(ShardWriter.Write(folder, shards, new ShardOptions { Seed = 5 }).Unreadable);
        (IImageDataset, IImageDataset) last = default;
        foreach (DataSplit split in splits)
        {
            IImageDataset before = DatasetFactory.Open(folder, split: split), after = DatasetFactory.Open(shards, split: split);
            Assert.Equal(before.Classes, after.Classes);
            Assert.Equal((before.Count, DataTask.Detect), (after.Count, after.Task));
            string[] contents = [.. Enumerable.Range(0, after.Count).Select(i => Content(after.Get(i)))];
            int[] order = [.. Enumerable.Range(0, before.Count).Select(i => Array.IndexOf(contents, Content(before.Get(i))))];
            Assert.Equal(Enumerable.Range(0, before.Count), order.Order());
            last = (before, new SubsetDataset(after, order));
        }

        return last;
    }

    private static string Content(ImageSample sample) => Convert.ToHexString(SHA256.HashData(sample.Image.Pixels)) + " " + string.Join(' ', ((BoxSample)sample).Boxes);
}
