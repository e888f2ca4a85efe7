using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Masks;

public class MaskDataTests
{
    private static readonly DatasetOptions s_segment = new() { Task = DataTask.Segment };

    [Theory]
    [InlineData("train/image/{0}.png", "train/label/{0}.png", "val/image/{0}.png", "val/label/{0}.png", false)]
    [InlineData("train/{0}.png", "trainannot/{0}.png", "val/{0}.png", "valannot/{0}.png", false)]
    [InlineData("train/{0}.png", "train_masks/{0}_mask.png", "test/{0}.png", "test_masks/{0}_mask.png", false)]
    [InlineData("images/train/{0}.png", "masks/train/{0}.png", "images/val/{0}.png", "masks/val/{0}.png", false)]
    [InlineData("train/{0}.png", "masks/train/{0}.png", "val/{0}.png", "masks/val/{0}.png", false)]
    [InlineData("download/set/Train/Images/{0}.png", "download/set/Train/GT/{0}.png", "download/set/Valid/Images/{0}.png", "download/set/Valid/GT/{0}.png", false)]
    [InlineData("train/cat/{0}.png", "masks/train/cat/{0}.png", "val/cat/{0}.png", "masks/val/cat/{0}.png", true)]
    public void Divided_layouts_are_recognised(string image, string mask, string valImage, string valMask, bool mustBeAsked)
    {
        using var folder = new TestFolder();
        Pairs(folder, $"d/{image}", $"d/{mask}", 3);
        Pairs(folder, $"d/{valImage}", $"d/{valMask}", 2, from: 3);
        string path = Path.Combine(folder.Root, "d");
        Assert.Equal(mustBeAsked ? DataTask.Classify : DataTask.Segment, DatasetFactory.OpenPair(path).Train.Task);
        DatasetPair pair = DatasetFactory.OpenPair(path, options: s_segment);
        Assert.Equal((3, 2), (pair.Train.Count, pair.Val.Count));
        Assert.Equal(["background", "foreground"], pair.Classes);
        ImageSample sample = pair.Val.Get(1);
        Assert.Equal(Stripes(4), sample.Mask!.Pixels);
        Assert.Empty(DataCheck.Run(pair.Train, pair.Val).Warnings);
    }

    [Fact]
    public void Undivided_folders_are_split_by_the_seed_and_archives_read_alike()
    {
        using var folder = new TestFolder();
        Pairs(folder, "d/images/{0}.png", "d/masks/{0}.png", 10);
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"));
        Assert.Equal((9, 1), (pair.Train.Count, pair.Val.Count));
        byte[] tar = TestArchive.Tar(System.Formats.Tar.TarEntryFormat.Ustar, [.. Directory.GetFiles(Path.Combine(folder.Root, "d"), "*", SearchOption.AllDirectories)
            .Select(f => (Path.GetRelativePath(folder.Root, f).Replace('\\', '/'), (byte[]?)File.ReadAllBytes(f)))]);
        IImageDataset packed = DatasetFactory.Open(folder.File("d.tar.gz", TestArchive.GZip(tar)));
        Assert.Equal((10, DataTask.Segment), (packed.Count, packed.Task));
        Assert.Equal(DatasetFactory.Open(Path.Combine(folder.Root, "d")).Get(3).Mask!.Pixels, packed.Get(3).Mask!.Pixels);
        DatasetPair given = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"), Path.Combine(folder.Root, "d"));
        Assert.Equal((10, 10, DataTask.Segment), (given.Train.Count, given.Val.Count, given.Val.Task));
    }

    [Fact]
    public void Other_labels_are_refused_where_masks_are_asked_for()
    {
        using var folder = new TestFolder();
        string classes = folder.Classes("c", 2, "a", "b");
        string message = Assert.Throws<DataException>(() => DatasetFactory.OpenPair(classes, options: s_segment)).Message;
        Assert.Contains("images/ and masks/", message, StringComparison.Ordinal);
        string table = folder.Text("t.csv", "path,label\nc/a/000.png,a\n");
        Assert.Contains("with masks", Assert.Throws<DataException>(() => DatasetFactory.Open(table, s_segment)).Message, StringComparison.Ordinal);
        Pairs(folder, "d/images/{0}.png", "d/masks/other-{0}.png", 2);
        Assert.Contains("none of them of one name", Assert.Throws<DataException>(() => DatasetFactory.Open(Path.Combine(folder.Root, "d"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_mask_that_does_not_fit_is_named_with_its_reason()
    {
        using var folder = new TestFolder();
        Pairs(folder, "d/images/{0}.png", "d/masks/{0}.png", 3);
        folder.File("d/images/alone.png", TestFolder.Png(8, 6, "alone"));
        folder.File("d/images/size.png", TestFolder.Png(8, 6, "size"));
        folder.File("d/masks/size.png", Mask(6, 8, _ => 1));
        folder.File("d/images/range.png", TestFolder.Png(8, 6, "range"));
        folder.File("d/masks/range.png", Mask(8, 6, i => (byte)(i is 10 or 20 ? 7 : i == 30 ? 9 : 1)));
        folder.File("d/images/colour.png", TestFolder.Png(8, 6, "colour"));
        folder.File("d/masks/colour.png", TestFolder.Png(8, 6, "mask"));
        folder.File("d/images/cut.png", TestFolder.Png(8, 6, "cut"));
        folder.File("d/masks/cut.png", Mask(8, 6, _ => 1)[..30]);
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"), new DatasetOptions { MaskClasses = ["sky", "road", "car"] });
        DataReport report = DataCheck.Run(data);
        Assert.Equal(["alone.png", "colour.png", "cut.png", "range.png", "size.png"], report.Train.Unreadable.Select(u => u.Name));
        string[] reasons = [.. report.Train.Unreadable.Select(u => u.Reason)];
        Assert.Contains("there is no mask of that name", reasons[0], StringComparison.Ordinal);
        Assert.Contains("masks/cut.png", reasons[2], StringComparison.Ordinal);
        Assert.Contains("values out of range: 7, 9 (3 of 48 pixels, the first at 2,1); expected 0 to 2, or 255 for what does not count", reasons[3], StringComparison.Ordinal);
        Assert.Contains("size 8x6, got 6x8", reasons[4], StringComparison.Ordinal);
        Assert.Throws<DataException>(report.ThrowIfUnusable);
    }

    [Fact]
    public void Values_become_classes()
    {
        Assert.Equal([0, 1], Apply([0, 255], null, null, out MaskLabels labels));
        Assert.Equal(["background", "foreground"], labels.Classes);
        Assert.Equal([0, 1], Apply([0, 1], null, null, out _));
        Assert.Equal([0, 1], Apply([0, 128], null, null, out _));
        Assert.Equal([0, 1, 255], Apply([0, 1, 255], null, null, out labels));
        Assert.Equal(["background", "foreground"], labels.Classes);
        Assert.Equal([0, 3, 2, 255], Apply([0, 3, 2, 255], null, null, out labels));
        Assert.Equal(["class 0", "class 1", "class 2", "class 3"], labels.Classes);
        Assert.Equal([0, 1, 2, 255], Apply([0, 1, 2, 3], null, 3, out labels));
        Assert.Equal(3, labels.Classes.Count);
        Assert.Equal([255, 1, 1], Apply([0, 1, 1], ["a", "b"], 0, out _));
        Assert.Equal([0, 1], Apply([0, 255], ["a", "b"], null, out _));
        Assert.Equal([0, 2], Apply([0, 2], ["a", "b", "c"], null, out _));
    }

    [Theory]
    [InlineData(new byte[] { 0 }, "nothing but 0")]
    [InlineData(new byte[] { 0, 1, 5, 200 }, "1, 5, 200, which do not look like numbers of classes")]
    public void Values_that_mean_nothing_are_refused(byte[] values, string expected)
    {
        bool[] seen = Seen(values);
        Assert.Contains(expected, Assert.Throws<DataException>(() => MaskLabels.Infer(null, seen, "masks")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_beside_the_data_are_the_classes()
    {
        using var folder = new TestFolder();
        Pairs(folder, "d/images/{0}.png", "d/masks/{0}.png", 3);
        folder.Text("d/classes.txt", "sky\r\nroad\ncar\n");
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"));
        Assert.Equal(["sky", "road", "car"], data.Classes);
        DataReport report = DataCheck.Run(data);

        // With more than two classes, 255 is what does not count.
        Assert.Equal(["road", "car"], report.Train.EmptyClasses);
        Assert.Contains(report.Warnings, w => w.Contains("no pixels of road, car", StringComparison.Ordinal));
        report.ThrowIfUnusable();
        Assert.Equal(3L * 24, report.Train.Classes[0].Pixels);
        Assert.Equal(3L * 24, report.Train.IgnoredPixels);
        Assert.Contains("\"Segment\"", report.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_classes_come_from_their_pixels()
    {
        using var folder = new TestFolder();
        for (int i = 0; i < 4; i++)
        {
            folder.File($"d/images/{i}.png", TestFolder.Png(8, 6, $"{i}"));
            folder.File($"d/masks/{i}.png", Mask(8, 6, at => (byte)(at % 8 == 0 ? 1 : at % 8 == 1 ? 255 : 0)));
        }

        // 36 pixels of 48 are background, 6 foreground, 6 do not count: N/(2·n) with N = 42.
        IReadOnlyList<double> weights = ClassWeights.Of(DatasetFactory.Open(Path.Combine(folder.Root, "d"), new DatasetOptions { IgnoreValue = 255 }));
        Assert.Equal([42.0 / 72, 42.0 / 12], weights);
    }

    [Fact]
    public void Exported_Clutter_is_the_embedded_one()
    {
        using var folder = new TestFolder();
        var options = new DatasetOptions { ClutterTrainCount = 12, ClutterValCount = 5, Seed = 3, Task = DataTask.Segment };
        ClutterExporter.Export(folder.Folder("c"), options);
        DatasetPair exported = DatasetFactory.OpenPair(folder.Folder("c"), options: options), embedded = DatasetFactory.OpenPair(null, options: options);
        Assert.Equal((12, 5), (exported.Train.Count, exported.Val.Count));
        Assert.Equal(embedded.Classes, exported.Classes);
        for (int i = 0; i < exported.Train.Count; i++)
        {
            ImageSample expected = embedded.Train.Get(Enumerable.Range(0, 12).Single(j => $"train/{exported.Train.Name(i)}" == embedded.Train.Name(j)));
            Assert.Equal(expected.Image.Pixels, exported.Train.Get(i).Image.Pixels);
            Assert.Equal(expected.Mask!.Pixels, exported.Train.Get(i).Mask!.Pixels);
        }
    }

    /// <summary>Writes pictures of 8×6 and masks whose left half is 255.</summary>
    internal static void Pairs(TestFolder folder, string image, string mask, int count, int from = 0)
    {
        for (int i = from; i < from + count; i++)
        {
            folder.File(string.Format(null, image, i), TestFolder.Png(8, 6, $"{image}{i}"));
            folder.File(string.Format(null, mask, i), Mask(8, 6, at => (byte)(at % 8 < 4 ? 255 : 0)));
        }
    }

    internal static byte[] Mask(int width, int height, Func<int, byte> value) =>
        PngEncoder.Encode(new Image(width, height, PixelFormat.Grey, [.. Enumerable.Range(0, width * height).Select(value)]));

    private static byte[] Stripes(int wide) => [.. Enumerable.Range(0, 48).Select(i => (byte)(i % 8 < wide ? 1 : 0))];

    private static byte[] Apply(byte[] values, string[]? classes, int? ignored, out MaskLabels labels)
    {
        labels = classes is null ? MaskLabels.Infer(ignored, Seen(values), "masks") : MaskLabels.Of(classes, ignored, Seen(values));
        byte[] result = [.. values];
        Assert.Null(labels.Apply(result, 1));
        return result;
    }

    private static bool[] Seen(byte[] values)
    {
        bool[] seen = new bool[256];
        Array.ForEach(values, v => seen[v] = true);
        return seen;
    }
}
