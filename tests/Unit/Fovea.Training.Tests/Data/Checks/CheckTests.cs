using System.Text.Json;
using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Checks;

public class CheckTests
{
    [Fact]
    public void Every_unreadable_picture_is_named_with_its_reason()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 3, "a", "b");
        folder.Text("d/a/text.jpg", "this is no picture");
        folder.File("d/b/empty.png", []);
        folder.File("d/b/cut.png", TestFolder.Png(8, 8, "x")[..40]);
        folder.File("d/b/other.webp", [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBPVP8 "u8]);
        DataReport report = Run(DatasetFactory.Open(path));
        Assert.Equal(["a/text.jpg", "b/cut.png", "b/empty.png", "b/other.webp"], report.Train.Unreadable.Select(u => u.Name));
        Assert.All(report.Train.Unreadable, u => Assert.Contains(Path.GetFileName(u.Name), u.Reason, StringComparison.Ordinal));
        Assert.Equal(10, report.Train.Count);
        Assert.Equal([new("a", 3), new("b", 3)], report.Train.Classes);
        string message = Assert.Throws<DataException>(report.ThrowIfUnusable).Message;
        Assert.All(report.Train.Unreadable, u => Assert.Contains(u.Reason, message, StringComparison.Ordinal));
        IImageDataset rest = DataCheck.Readable(DatasetFactory.Open(path), report.Train);
        Assert.Equal(6, rest.Count);
        Assert.Empty(Run(rest).Train.Unreadable);
    }

    [Theory]
    [InlineData(100, 1, true)]
    [InlineData(101, 1, false)]
    [InlineData(201, 2, false)]
    [InlineData(3, 0, false)]
    public void Less_than_one_in_a_hundred_may_be_skipped(int count, int bad, bool refused)
    {
        DataReport report = Run(new Numbered(count, i => i < bad ? throw new DataException($"{i} is bad") : i));
        Assert.Equal(bad, report.Train.Unreadable.Count);
        Assert.Equal(refused, Record.Exception(report.ThrowIfUnusable) is DataException);
        Assert.Equal(bad > 0, report.Warnings.Count > 0);
    }

    [Fact]
    public void Pictures_in_both_parts_are_found_by_their_pixels()
    {
        using var folder = new TestFolder();
        string train = folder.Classes("t", 4, "a", "b"), val = folder.Classes("v", 4, "a", "b");
        Image same = TestFolder.Picture(8, 8, "t/a/2");
        folder.File("v/b/copy.bmp", Fovea.Imaging.Codecs.Bmp.BmpEncoder.Encode(same));
        folder.File("t/b/copy.png", TestFolder.Png(8, 8, "t/a/1"));
        DatasetPair pair = DatasetFactory.OpenPair(train, val);
        DataReport report = Run(pair.Train, pair.Val);
        Assert.Equal([new SamePixels("a/002.png", "b/copy.bmp")], report.Overlaps);
        Assert.Equal(1, report.Train.Duplicates);
        Assert.Equal(0, report.Val!.Duplicates);
        Assert.Contains(report.Warnings, w => w.Contains("a/002.png = b/copy.bmp", StringComparison.Ordinal));
        report.ThrowIfUnusable();
    }

    [Fact]
    public void A_class_without_pictures_stops_training_and_is_a_warning_in_validation()
    {
        using var folder = new TestFolder();
        string train = folder.Classes("t", 2, "a", "b"), val = folder.Classes("v", 2, "a");
        folder.Folder("v/b");
        DatasetPair pair = DatasetFactory.OpenPair(train, val);
        DataReport report = Run(pair.Train, pair.Val);
        report.ThrowIfUnusable();
        Assert.Contains(report.Warnings, w => w.Contains("no pictures of b", StringComparison.Ordinal));
        Assert.Throws<DataException>(() => Run(pair.Val, pair.Train).ThrowIfUnusable());
    }

    [Fact]
    public void Sizes_and_formats_are_counted_and_written_as_json()
    {
        using var folder = new TestFolder();
        folder.File("d/a/1.png", TestFolder.Png(8, 4, "1"));
        folder.File("d/a/2.png", TestFolder.Png(8, 4, "2", PixelFormat.Grey));
        folder.File("d/b/3.png", TestFolder.Png(2, 3, "3", PixelFormat.Rgba));
        DataReport report = Run(DatasetFactory.Open(Path.Combine(folder.Root, "d")));
        Assert.Equal([new(8, 4, 2), new(2, 3, 1)], report.Train.Sizes);
        Assert.Equal((new SizeCount(2, 3, 1), new SizeCount(8, 4, 2)), (report.Train.Smallest, report.Train.Largest));
        Assert.Equal((1, 1), (report.Train.Grey, report.Train.Alpha));
        JsonElement json = JsonDocument.Parse(report.ToJson()).RootElement;
        Assert.Equal(3, json.GetProperty("train").GetProperty("count").GetInt32());
        Assert.Equal("b", json.GetProperty("train").GetProperty("classes")[1].GetProperty("name").GetString());
    }

    [Fact]
    public void The_result_does_not_depend_on_the_workers_and_progress_ends_at_one()
    {
        var data = new Numbered(500, i => i % 90 == 7 ? throw new DataException($"{i}") : i);
        string first = DataCheck.Run(data, null, 1, null, TestContext.Current.CancellationToken).ToJson();
        double last = 0;
        var progress = new Told(v =>
        {
            lock (data)
            {
                last = Math.Max(last, v);
            }
        });
        Assert.Equal(first, DataCheck.Run(data, null, 7, progress, TestContext.Current.CancellationToken).ToJson());
        Assert.Equal(1, last);
    }

    [Fact]
    public void Cancelling_stops_and_other_faults_are_not_swallowed()
    {
        Assert.ThrowsAny<OperationCanceledException>(() => DataCheck.Run(new Numbered(50, i => i), null, 2, null, new CancellationToken(true)));
        Assert.Throws<InvalidOperationException>(() => Run(new Numbered(50, i => i == 20 ? throw new InvalidOperationException() : i)));
    }

    private static DataReport Run(IImageDataset train, IImageDataset? val = null) => DataCheck.Run(train, val, 2, null, TestContext.Current.CancellationToken);

    private sealed class Told(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }

    private sealed class Numbered(int count, Func<int, int> make) : IImageDataset
    {
        public string Source => "numbered";

        public int Count => count;

        public IReadOnlyList<string> Classes => ["one"];

        public int Label(int index) => 0;

        public string Name(int index) => $"{index}";

        public ImageSample Get(int index) => new(new Image(1, 1, PixelFormat.Rgba, BitConverter.GetBytes(make(index))), 0, Name(index));
    }
}
