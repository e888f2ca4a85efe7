using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Tiff;
using Fovea.Testing.Tiff;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

/// <summary>Each page of a TIFF file is a picture of its own, wherever pictures are looked for.</summary>
public class StackTests
{
    private static readonly Lazy<TiffDecoder> s_decoder = new(() =>
    {
        var decoder = new TiffDecoder();
        ImageCodecs.Register(decoder);
        return decoder;
    });

    public StackTests() => RegisterTiff();

    /// <summary>Sees to it that TIFF is read, once in a process.</summary>
    internal static void RegisterTiff() => _ = s_decoder.Value;

    [Fact]
    public void A_folder_per_class_has_every_page_in_order()
    {
        using var folder = new TestFolder();
        folder.File("d/a/stack.tif", Stack(11, 3));
        folder.File("d/a/one.tiff", Stack(1, 9));
        folder.File("d/b/0.png", TestFolder.Png(6, 5, "b"));
        foreach (string path in new[] { Path.Combine(folder.Root, "d"), Zipped(folder, "d") })
        {
            IImageDataset data = DatasetFactory.Open(path);
            Assert.Equal(["a/one.tiff", .. Enumerable.Range(1, 11).Select(i => $"a/stack.tif#{i}"), "b/0.png"], Enumerable.Range(0, data.Count).Select(data.Name));
            for (int page = 1; page <= 11; page++)
            {
                ImageSample sample = data.Get(page);
                Assert.Equal(($"a/stack.tif#{page}", 0, 6 + page, 5), (sample.Name, sample.Label, sample.Image.Width, sample.Image.Height));
                Assert.Equal((6 + page, 5), data.Size(page));
                Assert.Equal(Page(page, 3).Values.Select(v => (byte)(v >> 8)), sample.Image.Pixels);
                Assert.True(sample.IsDeep);
            }

            Assert.False(data.Get(12).IsDeep);
        }
    }

    [Fact]
    public void Stacks_of_pictures_and_masks_are_paired_page_by_page()
    {
        using var folder = new TestFolder();
        foreach (string part in new[] { "train", "val" })
        {
            folder.File($"d/{part}/images/cells.tif", Stack(3, 1));
            folder.File($"d/{part}/masks/cells_mask.tif", TiffParts.File([.. Enumerable.Range(1, 3).Select(Mask)]));
        }

        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"));
        Assert.Equal((3, 3, DataTask.Segment), (pair.Train.Count, pair.Val.Count, pair.Train.Task));
        for (int i = 0; i < 3; i++)
        {
            ImageSample sample = pair.Val.Get(i);
            Assert.Equal($"cells.tif#{i + 1}", sample.Name);
            Assert.Equal(Mask(i + 1).Values.Select(v => (byte)v), sample.Mask!.Pixels);
        }
    }

    [Theory]
    [InlineData(3, 2, "3 pages", "got 2")]
    [InlineData(2, 3, "2 pages", "got 3")]
    [InlineData(3, 1, "3 pages", "got 1")]
    [InlineData(1, 3, "1 page", "got 3")]
    public void Stacks_of_different_lengths_are_named_by_file(int pages, int masks, string expected, string got)
    {
        using var folder = new TestFolder();
        folder.File("d/images/cells.tif", Stack(pages, 1));
        folder.File("d/masks/cells.tif", TiffParts.File([.. Enumerable.Range(1, masks).Select(Mask)]));
        folder.File("d/images/other.tif", Stack(1, 2));
        folder.File("d/masks/other.tif", TiffParts.File(Mask(1)));
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"), new DatasetOptions { Task = DataTask.Segment });
        Assert.Equal(pages + 1, data.Count);
        for (int i = 0; i < pages; i++)
        {
            string message = Assert.Throws<DataException>(() => data.Get(i)).Message;
            Assert.Contains($"d/masks/cells.tif: expected {expected}, as many as ", message, StringComparison.Ordinal);
            Assert.Contains($"d/images/cells.tif has, {got}; stacks are paired page by page.", message, StringComparison.Ordinal);
        }

        Assert.Equal("other.tif", data.Get(pages).Name);
    }

    [Fact]
    public void Tables_and_boxes_name_files_or_pages()
    {
        using var folder = new TestFolder();
        folder.File("d/s.tif", Stack(3, 1));
        string table = folder.Text("d/t.csv", "path,label\ns.tif,all\ns.tif#2,second\n");
        IImageDataset data = DatasetFactory.Open(table);
        Assert.Equal(["s.tif#1", "s.tif#2", "s.tif#3", "s.tif#2 (2)"], Enumerable.Range(0, data.Count).Select(data.Name));
        Assert.Equal(data.Get(1).Image.Pixels, data.Get(3).Image.Pixels);
        folder.File("y/images/s.tif", Stack(2, 1));
        folder.Text("y/labels/s#1.txt", "0 0.5 0.5 0.5 0.5\n");
        IImageDataset boxes = DatasetFactory.Open(Path.Combine(folder.Root, "y"), new DatasetOptions { Task = DataTask.Detect });
        Assert.Equal([1, 0], Enumerable.Range(0, boxes.Count).Select(i => ((BoxSample)boxes.Get(i)).Boxes.Count));
        Assert.Equal(8, boxes.Get(1).Image.Width);
    }

    [Fact]
    public void Files_folders_and_single_pages_are_predicted()
    {
        using var folder = new TestFolder();
        string stack = folder.File("d/s.tif", Stack(2, 1)), named = folder.File("d/t.tif#1", TestFolder.Png(3, 3, "t"));
        Assert.Equal([$"{stack}#1", $"{stack}#2"], Predictor.Find([stack]));
        Assert.Equal([$"{stack}#1", $"{stack}#2"], Predictor.Find([Path.Combine(folder.Root, "d")]));
        var files = new ImageFiles([$"{stack}#2", named]);
        Assert.Equal((8, 5), files.Size(0));
        Assert.Equal((8, 3), (files.Get(0).Image.Width, files.Get(1).Image.Width));
        Assert.Equal(files.Get(0).Image.Pixels, ImageCodecs.Load($"{stack}#2").Pixels);
        Assert.Contains("expected a page of 1 to 2, got 7", Assert.Throws<DataException>(() => new ImageFiles([$"{stack}#7"]).Get(0)).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => new ImageFiles([$"{stack}x#1"]));
    }

    [Fact]
    public void A_damaged_stack_is_one_picture_that_cannot_be_read()
    {
        using var folder = new TestFolder();
        byte[] file = Stack(2, 1);
        folder.File("d/a/bad.tif", file[..^40]);
        folder.File("d/b/good.tif", file);
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"));
        Assert.Equal(["a/bad.tif", "b/good.tif#1", "b/good.tif#2"], Enumerable.Range(0, data.Count).Select(data.Name));
        DatasetSummary summary = DataCheck.Run(data).Train;
        Assert.Equal("a/bad.tif", Assert.Single(summary.Unreadable).Name);
    }

    [Fact]
    public void Twelve_bits_in_sixteen_are_warned_of_until_levels_are_given()
    {
        using var folder = new TestFolder();
        foreach (string name in new[] { "a", "b" })
        {
            TiffPicture page = TiffPicture.Drawn(9, 7, 12, 1, name[0]);
            folder.File($"d/{name}/0.tif", TiffParts.File(page with { Bits = 16, Values = [4095, .. page.Values[1..]] }));
        }

        string path = Path.Combine(folder.Root, "d");
        string warning = Assert.Single(DataCheck.Run(DatasetFactory.Open(path)).Warnings);
        Assert.Contains("2 of 2 pictures have more than 8 bits a sample, and of the 256 shades that are kept they show the darkest 16", warning, StringComparison.Ordinal);
        Assert.Contains("0:4095", warning, StringComparison.Ordinal);
        IImageDataset data = DatasetFactory.Open(path, new DatasetOptions { Levels = new SampleLevels(0, 4095) });
        Assert.Empty(DataCheck.Run(data).Warnings);
        Assert.Equal(255, data.Get(0).Image.Pixels[0]);
        Assert.Throws<OptionException>(() => DatasetFactory.Open(path, new DatasetOptions { Levels = new SampleLevels(5, 5) }));
    }

    private static string Zipped(TestFolder folder, string name)
    {
        string path = Path.Combine(folder.Root, $"{name}.zip");
        System.IO.Compression.ZipFile.CreateFromDirectory(Path.Combine(folder.Root, name), path);
        return path;
    }

    private static byte[] Stack(int pages, int seed) => TiffParts.File([.. Enumerable.Range(1, pages).Select(i => Page(i, seed))]);

    // Each is wider than the one before.
    private static TiffPicture Page(int number, int seed) => TiffPicture.Drawn(6 + number, 5, 16, 1, (10 * seed) + number);

    private static TiffPicture Mask(int number) => TiffPicture.Drawn(6 + number, 5, 1, 1, number);
}
