using System.Formats.Tar;
using System.Security.Cryptography;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Png;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Shards;

/// <summary>Shards of pictures with masks give what the folders give that they were written from, whatever form the masks had there.</summary>
public sealed class MaskShardTests : IDisposable
{
    private static readonly byte[][] s_colors = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("images/{0}.png masks/{0}.png", false)]
    [InlineData("{1}/images/{0}.png {1}/masks/{0}_mask.png", true)]
    [InlineData("images/{1}/{0}.png masks/{1}/{0}.png", true)]
    [InlineData("{1}/{0}.png {1}annot/{0}.png", true)]
    [InlineData("{1}/arrow/{0}.png masks/{1}/arrow/{0}.png", true)]
    public void Every_layout_gives_the_same_samples(string layout, bool isDivided)
    {
        string[] names = layout.Split(' ');
        for (int i = 0; i < 9; i++)
        {
            string part = isDivided && i > 5 ? "val" : "train";
            _folder.File("d/" + string.Format(null, names[0], i, part), TestFolder.Png(9 + i, 7, $"{i}"));
            _folder.File("d/" + string.Format(null, names[1], i, part), Mask(9 + i, 7, i, v => (byte)(v % 4)));
        }

        Same(new DatasetOptions { Task = DataTask.Segment }, isDivided);
    }

    [Theory]
    [InlineData("black and white", null)]
    [InlineData("numbers", null)]
    [InlineData("named", null)]
    [InlineData("numbers", 2)]
    [InlineData("with 255", null)]
    [InlineData("colours", null)]
    [InlineData("sixteen bits", null)]
    public void Every_form_of_masks_becomes_the_numbers_of_classes(string form, int? ignored)
    {
        for (int i = 0; i < 6; i++)
        {
            _folder.File($"d/images/{i}.png", TestFolder.Png(12, 10, $"{i}"));
            _folder.File($"d/masks/{i}.png", form switch
            {
                "black and white" => Mask(12, 10, i, v => (byte)(v % 2 * 255)),
                "with 255" => Mask(12, 10, i, v => v % 4 == 3 ? (byte)255 : (byte)(v % 4)),
                "colours" => PngEncoder.Encode(new Image(12, 10, PixelFormat.Rgb, [.. Enumerable.Range(0, 120).SelectMany(p => s_colors[(p + i) % 3])])),
                _ => Mask(12, 10, i, v => (byte)(v % 4)),
            });
        }

        if (form == "named")
        {
            _folder.Text("d/classes.txt", "sky\nroad\ncar\ntree\n");
        }

        var options = new DatasetOptions
        {
            IgnoreValue = ignored,
            MaskColors = form == "colours" ? MaskColorTable.Parse(["1 2 3 sky", "4 5 6 road", "7 8 9 void"], "test") : null,
        };
        Same(options, isDivided: false);

        // What was said when they were written is in them: nothing has to be said again.
        IImageDataset shards = DatasetFactory.Open(Path.Combine(_folder.Root, "s"));
        Assert.Equal(DataTask.Segment, shards.Task);
        Assert.Equal(DatasetFactory.Open(Path.Combine(_folder.Root, "d"), options).Classes, shards.Classes);
        if (form is "named" or "colours")
        {
            Assert.Contains("another folder", Assert.Throws<DataException>(() => ShardWriter.Write(Path.Combine(_folder.Root, "d"), Path.Combine(_folder.Root, "s"), null, options with
            {
                IgnoreValue = form == "colours" ? null : 3,
                Orientation = OrientationHandling.Ignore,
            })).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_batch_of_the_shards_is_a_batch_of_the_folder_bit_for_bit_and_so_is_what_is_learnt()
    {
        for (int i = 0; i < 12; i++)
        {
            _folder.File($"d/images/{i}.png", TestFolder.Png(40, 36, $"{i}"));
            _folder.File($"d/masks/{i}.png", Mask(40, 36, i, v => (byte)(v % 2)));
        }

        (IImageDataset folder, IImageDataset shards) = Same(new DatasetOptions(), isDivided: false);
        var transform = new TransformOptions { ImageSize = 32, Crop = CropMode.OwnResolution, Flip = 0.5, VerticalFlip = 0.5 };
        var loaders = new[] { folder, shards }.Select(d => new DataLoader(d, new SamplePipeline(transform), new DataLoaderOptions { BatchSize = 4, Seed = 3, Shuffle = false })).ToArray();
        foreach ((Batch one, Batch other) in loaders[0].Read(1).Zip(loaders[1].Read(1)))
        {
            using (one)
            using (other)
            {
                Assert.True(one.Images.AsBytes().SequenceEqual(other.Images.AsBytes()));
                Assert.True(one.Labels.AsBytes().SequenceEqual(other.Labels.AsBytes()));
            }
        }

        (Dictionary<string, byte[]> Weights, double Loss)[] learnt = [.. loaders.Select(loader =>
        {
            var description = new ModelDescription { Model = "unet-small", Classes = folder.Classes, ImageSize = 32, Task = DataTask.Segment };
            Module model = description.Build();
            Initialization.Draw(model, new Generator(1));
            using var trainer = new Trainer(new TrainingInputs { Model = model, Description = description, Train = loader }, TinyRun.Options with { Task = DataTask.Segment, Epochs = 1 });
            return (TinyRun.Weights(model), trainer.Run().History[0].TrainLoss);
        })];
        Assert.Equal(learnt[0].Loss, learnt[1].Loss);
        TinyRun.AssertSame(learnt[0].Weights, learnt[1].Weights);
    }

    [Fact]
    public void Pictures_and_masks_are_made_smaller_together()
    {
        for (int i = 0; i < 4; i++)
        {
            _folder.File($"d/images/{i}.png", TestFolder.Png(40, 20, $"{i}"));
            _folder.File($"d/masks/{i}.png", Mask(40, 20, i, v => (byte)(v % 3)));
        }

        ShardWriter.Write(Path.Combine(_folder.Root, "d"), Path.Combine(_folder.Root, "s"), new ShardOptions { Resize = 10 });
        IImageDataset data = DatasetFactory.Open(Path.Combine(_folder.Root, "s"));
        Assert.Equal(4, data.Count);
        for (int i = 0; i < 4; i++)
        {
            ImageSample sample = data.Get(i);
            Assert.Equal((20, 10, 20, 10), (sample.Image.Width, sample.Image.Height, sample.Mask!.Width, sample.Mask.Height));
            Assert.Equal((20, 10), data.Size(i));
        }
    }

    [Fact]
    public void Masks_of_others_are_read_by_the_convention_and_bad_ones_named_by_shard_and_member()
    {
        byte[] Good(int i) => Mask(8, 6, i, v => (byte)(v % 2 * 255));
        (string, byte[]?)[] Sample(string name, byte[] mask, string ending = ".mask.png") => [($"{name}.png", TestFolder.Png(8, 6, name)), (name + ending, mask)];
        _folder.File("w/set-0000.tar", TestArchive.Tar(TarEntryFormat.Pax,
            [.. Sample("a", Good(1)), .. Sample("b", Good(2), ".MASK.PNG"), ("c.mask.png", Good(3)), ("c.png", TestFolder.Png(8, 6, "c")), ("c.json", [1, 2])]));
        _folder.File("w/set-0001.tar", TestArchive.Tar(TarEntryFormat.Ustar,
        [
            .. Sample("size", Mask(7, 6, 1, v => 0)), .. Sample("garbage", [1, 2, 3]), .. Sample("range", Mask(8, 6, 1, v => (byte)(v % 5))), ("none.png", TestFolder.Png(8, 6, "n")),
            .. Sample("empty", []), ("alone.mask.png", Good(4)),
        ]));
        for (int time = 0; time < 2; time++)
        {
            IImageDataset data = DatasetFactory.Open(Path.Combine(_folder.Root, "w"), new DatasetOptions { MaskClasses = ["background", "foreground"] });
            Assert.Equal(["set-0000/a.png", "set-0000/b.png", "set-0000/c.png", "set-0001/size.png", "set-0001/garbage.png", "set-0001/range.png", "set-0001/none.png", "set-0001/empty.png"],
                Enumerable.Range(0, data.Count).Select(data.Name));
            Assert.Contains(data.Notes, n => n.Contains("1 mask has no picture beside", StringComparison.Ordinal));
            DataReport report = DataCheck.Run(data);
            string shard = Path.Combine(_folder.Root, "w/set-0001.tar");
            string[] reasons = [.. report.Train.Unreadable.Select(u => u.Reason)];
            Assert.Equal(5, reasons.Length);
            Assert.All(reasons, r => Assert.Matches($@"^{System.Text.RegularExpressions.Regex.Escape(shard)}: .*set-0001/(size|garbage|range|none|empty)\.png at byte \d+: ", r));
            Assert.Contains(reasons, r => r.Contains("expected a mask of its picture's size 8x6, got 7x6", StringComparison.Ordinal));
            Assert.Contains(reasons, r => r.Contains("values out of range", StringComparison.Ordinal));
            Assert.Contains(reasons, r => r.Contains("there is no mask beside the picture", StringComparison.Ordinal));
        }

        // Of black and white ones alone, nothing has to be said.
        File.Delete(Path.Combine(_folder.Root, "w/set-0001.tar"));
        IImageDataset plain = DatasetFactory.Open(Path.Combine(_folder.Root, "w"));
        Assert.Equal((DataTask.Segment, 3), (plain.Task, plain.Count));
        Assert.Equal(["background", "foreground"], plain.Classes);
        Assert.All(plain.Get(0).Mask!.Pixels, p => Assert.InRange(p, 0, 1));
        _folder.File("m/0000.tar", TestArchive.Tar(TarEntryFormat.Ustar, Sample("a", Good(1))));
        string refused = Assert.Throws<DataException>(() => DatasetFactory.Open(Path.Combine(_folder.Root, "m"), new DatasetOptions { Task = DataTask.Detect })).Message;
        Assert.Contains("expected shards of pictures with boxes (.json) beside each", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Masks_are_read_by_the_classes_of_the_model_whatever_their_order()
    {
        _folder.Text("d/classes.txt", "sky\nroad\n");
        for (int i = 0; i < 4; i++)
        {
            _folder.File($"d/images/{i}.png", TestFolder.Png(8, 6, $"{i}"));
            _folder.File($"d/masks/{i}.png", Mask(8, 6, i, v => (byte)(v % 2)));
        }

        string shards = Path.Combine(_folder.Root, "s");
        ShardWriter.Write(Path.Combine(_folder.Root, "d"), shards);
        IImageDataset own = DatasetFactory.Open(shards), other = DatasetFactory.Open(shards, new DatasetOptions { MaskClasses = ["car", "road", "sky"] });
        Assert.Equal(["car", "road", "sky"], other.Classes);
        Assert.Equal(own.Get(1).Mask!.Pixels.Select(p => p == 0 ? 2 : 1), other.Get(1).Mask!.Pixels.Select(p => (int)p));
        Assert.Contains("road is none of those", Assert.Throws<DataException>(() => DatasetFactory.Open(shards, new DatasetOptions { MaskClasses = ["sky", "sea"] }).Get(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_mask_or_picture_is_left_out_of_an_evaluation_in_windows_and_replaced_in_training()
    {
        byte[] cut = TestFolder.Png(20, 20, "cut");
        (string, byte[]?)[] members =
        [
            .. Enumerable.Range(0, 10).SelectMany(i => new (string, byte[]?)[]
            {
                ($"{i}.png", i switch { 2 => [], 5 => cut[..^60], _ => TestFolder.Png(20 + i, 20, $"{i}") }),
                ($"{i}.mask.png", i == 7 ? [9, 9] : Mask(20 + i, 20, i, v => (byte)(v % 2))),
            }),
        ];
        _folder.File("w/0000.tar", TestArchive.Tar(TarEntryFormat.Ustar, members));
        IImageDataset data = DatasetFactory.Open(Path.Combine(_folder.Root, "w"));
        int[] good = [0, 1, 3, 4, 6, 8, 9];
        var description = new ModelDescription { Model = "unet-small", Classes = data.Classes, ImageSize = 16, Task = DataTask.Segment, SeesWindows = true };
        Module model = description.Build();
        Initialization.Draw(model, new Generator(1));
        DataLoader Loader(IImageDataset set) => new(set, description.EvaluationPipeline(), new DataLoaderOptions { BatchSize = 3, Shuffle = false, Damaged = DamagedPictures.LeaveOut });
        SegmentationResult expected = Evaluator.EvaluateMasks(model, Loader(new SubsetDataset(data, good))), found = Evaluator.EvaluateMasks(model, Loader(data));
        Assert.Equal((7, expected.Confusion.ToCsv()), (found.Images, found.Confusion.ToCsv()));
        Assert.Equal(["0000/2.png", "0000/5.png", "0000/7.png"], found.Unreadable.Select(u => u.Name).Order());
        var training = new DataLoader(data, new SamplePipeline(TransformOptions.ForEvaluation(16)), new DataLoaderOptions { BatchSize = 10, Shuffle = false, Damaged = DamagedPictures.Replace });
        using Batch batch = training.Read(0).Single();
        Assert.Equal([0, 1, 3, 3, 4, 6, 6, 8, 8, 9], batch.Indices);
        Assert.Equal(3, batch.Damaged.Count);
    }

    private static byte[] Mask(int width, int height, int seed, Func<int, byte> value) =>
        PngEncoder.Encode(new Image(width, height, PixelFormat.Grey, [.. Enumerable.Range(0, width * height).Select(p => value(p * 7 / 5 + seed))]));

    // The folder's pictures and, in the same order, those of its shards.
    private (IImageDataset Folder, IImageDataset Shards) Same(DatasetOptions options, bool isDivided)
    {
        string folder = Path.Combine(_folder.Root, "d"), shards = Path.Combine(_folder.Root, "s");
        Assert.Empty(ShardWriter.Write(folder, shards, new ShardOptions { Seed = 5 }, options).Unreadable);
        (IImageDataset, IImageDataset) last = default;
        foreach (DataSplit split in isDivided ? new[] { DataSplit.Train, DataSplit.Val } : [DataSplit.Train])
        {
            IImageDataset before = DatasetFactory.Open(folder, options, split), after = DatasetFactory.Open(shards, options with { IgnoreValue = null, MaskColors = null }, split);
            Assert.Equal(before.Classes, after.Classes);
            Assert.Equal((before.Count, DataTask.Segment), (after.Count, after.Task));
            string[] contents = [.. Enumerable.Range(0, after.Count).Select(i => Content(after.Get(i)))];
            int[] order = [.. Enumerable.Range(0, before.Count).Select(i => Array.IndexOf(contents, Content(before.Get(i))))];
            Assert.Equal(Enumerable.Range(0, before.Count), order.Order());
            last = (before, new SubsetDataset(after, order));
        }

        return last;
    }

    private static string Content(ImageSample sample) =>
        Convert.ToHexString(SHA256.HashData([.. sample.Image.Pixels, .. sample.Mask!.Pixels])) + $" {sample.Image.Width} {sample.Mask.Width}";
}
