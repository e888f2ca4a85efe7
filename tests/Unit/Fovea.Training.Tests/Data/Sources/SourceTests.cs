using System.Buffers.Binary;
using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Sources;

public class SourceTests
{
    [Fact]
    public void Folders_are_classes_in_ordinal_order_and_searched_to_the_bottom()
    {
        using var folder = new TestFolder();
        folder.File("d/b/z.png", TestFolder.Png(3, 3, "1"));
        folder.File("d/b/sub/a.PNG", TestFolder.Png(3, 3, "2"));
        folder.File("d/B/x.png", TestFolder.Png(3, 3, "3"));
        folder.File("d/10/x.bmp", TestFolder.Png(3, 3, "4"));
        folder.File("d/9/x.png", TestFolder.Png(3, 3, "5"));
        folder.File("d/9/notes.txt", [65]);
        folder.File("d/.hidden/x.png", [65]);
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"));
        Assert.Equal(["10", "9", "B", "b"], data.Classes);
        Assert.Equal(["10/x.bmp", "9/x.png", "B/x.png", "b/sub/a.PNG", "b/z.png"], Enumerable.Range(0, 5).Select(data.Name));
        Assert.Equal([0, 1, 2, 3, 3], Enumerable.Range(0, 5).Select(data.Label));
    }

    [Fact]
    public void Links_to_folders_are_followed_and_loops_end()
    {
        using var folder = new TestFolder();
        string real = folder.Classes("real", 2, "cat");
        string data = folder.Classes("data", 2, "dog");
        Directory.CreateSymbolicLink(Path.Combine(data, "cat"), Path.Combine(real, "cat"));
        Directory.CreateSymbolicLink(Path.Combine(data, "dog", "up"), data);
        IImageDataset read = DatasetFactory.Open(data);
        Assert.Equal(["cat", "dog"], read.Classes);
        Assert.Contains("cat/000.png", Enumerable.Range(0, read.Count).Select(read.Name));
        Assert.InRange(read.Count, 4, 8);
    }

    [Theory]
    [InlineData("train", "val")]
    [InlineData("Train", "Validation")]
    [InlineData("training", "test")]
    public void Parts_are_found_by_the_names_of_their_folders(string train, string val)
    {
        using var folder = new TestFolder();
        folder.Classes($"d/{train}", 3, "a", "b");
        folder.Classes($"d/{val}", 2, "a", "b");
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"));
        Assert.Equal((6, 4), (pair.Train.Count, pair.Val.Count));
    }

    [Fact]
    public void A_class_may_be_called_train()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 10, "train", "test", "plane");
        DatasetPair pair = DatasetFactory.OpenPair(path);
        Assert.Equal(["plane", "test", "train"], pair.Classes);
        Assert.Equal((27, 3), (pair.Train.Count, pair.Val.Count));
    }

    [Fact]
    public void Data_without_parts_are_divided_class_by_class_by_the_seed()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 20, "a", "b", "c");
        var options = new DatasetOptions { ValFraction = 0.25, Seed = 1 };
        DatasetPair first = DatasetFactory.OpenPair(path, null, options), again = DatasetFactory.OpenPair(path, null, options);
        DatasetPair other = DatasetFactory.OpenPair(path, null, options with { Seed = 2 });
        Assert.Equal(Names(first.Val), Names(again.Val));
        Assert.NotEqual(Names(first.Val), Names(other.Val));
        Assert.Empty(Names(first.Train).Intersect(Names(first.Val)));
        Assert.Equal(60, first.Train.Count + first.Val.Count);
        Assert.All(Enumerable.Range(0, first.Val.Count).GroupBy(first.Val.Label), g => Assert.Equal(5, g.Count()));
        DatasetPair part = DatasetFactory.OpenPair(path, null, options with { Fraction = 0.2 });
        Assert.Equal((9, 15), (part.Train.Count, part.Val.Count));
        Assert.Equal(Names(first.Val), Names(part.Val));
    }

    [Fact]
    public void Other_classes_in_the_two_parts_are_an_error_that_names_them()
    {
        using var folder = new TestFolder();
        string train = folder.Classes("t", 2, "a", "b", "only-here"), val = folder.Classes("v", 2, "a", "b", "only-there");
        var error = Assert.Throws<DataException>(() => DatasetFactory.OpenPair(train, val));
        Assert.Contains("only-here", error.Message, StringComparison.Ordinal);
        Assert.Contains("only-there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_data_is_an_error_that_says_what_is()
    {
        using var folder = new TestFolder();
        Assert.Throws<DataException>(() => DatasetFactory.Open(Path.Combine(folder.Root, "absent")));
        Assert.Throws<DataException>(() => DatasetFactory.Open(folder.Folder("empty")));
        folder.File("loose/1.png", TestFolder.Png(3, 3, "1"));
        string message = Assert.Throws<DataException>(() => DatasetFactory.Open(Path.Combine(folder.Root, "loose"))).Message;
        Assert.Contains("folder per class", message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => DatasetFactory.Open(folder.Text("x.dat", "hello")));
        Assert.Throws<OptionException>(() => DatasetFactory.Open(null, new DatasetOptions { ValFraction = 2 }));
    }

    [Fact]
    public void No_path_means_clutter()
    {
        DatasetPair pair = DatasetFactory.OpenPair(null, null, new DatasetOptions { ClutterTrainCount = 24, ClutterValCount = 8, Seed = 6 });
        Assert.Equal((24, 8), (pair.Train.Count, pair.Val.Count));
        Assert.Equal(new ClutterDataset(1, 6, DataSplit.Val).Get(0).Image.Pixels, pair.Val.Get(0).Image.Pixels);
        Assert.Equal(8, DatasetFactory.Open("Clutter").Classes.Count);
    }

    [Theory]
    [InlineData("path,label\na/1.png,cat\na/2.png,dog\n")]
    [InlineData("a/1.png,cat\r\na/2.png,dog")]
    [InlineData("\uFEFFid;label;filename\n7;cat;a/1.png\n8;dog;./a/../a/2.png\n\n")]
    [InlineData("image\tclass\na\\1.png\tcat\n\"a/2.png\"\t\"dog\"\n")]
    public void Tables_are_read_with_and_without_a_heading(string text)
    {
        using var folder = new TestFolder();
        folder.File("a/1.png", TestFolder.Png(3, 3, "1"));
        folder.File("a/2.png", TestFolder.Png(4, 3, "2"));
        IImageDataset data = DatasetFactory.Open(folder.Text("list.csv", text));
        Assert.Equal(["cat", "dog"], data.Classes);
        Assert.Equal([3, 4], Enumerable.Range(0, 2).Select(i => data.Get(i).Image.Width));
    }

    [Fact]
    public void A_table_may_name_the_split_and_number_the_classes()
    {
        using var folder = new TestFolder();
        folder.File("1.png", TestFolder.Png(3, 3, "1"));
        string path = folder.Text("list.csv", "path,label,split\n1.png,10,train\n1.png,9,val\n1.png,9,train\n1.png,10,test\n");
        DatasetPair pair = DatasetFactory.OpenPair(path);
        Assert.Equal(["9", "10"], pair.Classes);
        Assert.Equal((2, 2), (pair.Train.Count, pair.Val.Count));
        Assert.Equal(1, pair.Train.Label(0));
    }

    [Theory]
    [InlineData("path,label\nonly-one\n", "line 2")]
    [InlineData("a.png,x\n\"never closed,x\n", "line 2")]
    [InlineData("\"a\"b,x\n", "closing quote")]
    [InlineData("", "got none")]
    [InlineData("path,label\n", "got none")]
    [InlineData("path,label\n./,cat\n", "line 2: expected the path of a picture")]
    [InlineData("path,label\na/..,cat\n", "got the folder itself: a/..")]
    [InlineData("path,label,split\na.png,x,elsewhere\n", "elsewhere")]
    public void A_bad_table_is_an_error_with_the_line(string text, string expected)
    {
        using var folder = new TestFolder();
        Assert.Contains(expected, Assert.Throws<DataException>(() => DatasetFactory.Open(folder.Text("t.csv", text))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_of_a_table_is_found_by_the_check_not_before()
    {
        using var folder = new TestFolder();
        IImageDataset data = DatasetFactory.Open(folder.Text("t.csv", "gone.png,a\n"));
        UnreadableImage bad = Assert.Single(DataCheck.Run(data, cancellation: TestContext.Current.CancellationToken).Train.Unreadable);
        Assert.Contains("gone.png", bad.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Cifar_batches_are_read_as_colour_planes()
    {
        using var folder = new TestFolder();
        folder.File("c/data_batch_1.bin", Cifar(20, 0));
        folder.File("c/data_batch_2.bin", Cifar(10, 20));
        folder.File("c/test_batch.bin", Cifar(5, 30));
        folder.Text("c/batches.meta.txt", "p0\np1\np2\np3\np4\np5\np6\np7\np8\np9\n\n");
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "c"));
        Assert.Equal((30, 5), (pair.Train.Count, pair.Val.Count));
        Assert.Equal("p3", pair.Classes[3]);
        ImageSample sample = pair.Train.Get(23);
        Assert.Equal(3, sample.Label);
        Assert.Equal([23, 24, 25], sample.Image.Pixels[..3]);
        Assert.Equal("data_batch_2.bin#3", sample.Name);
        Assert.Equal(20, DatasetFactory.Open(Path.Combine(folder.Root, "c", "data_batch_1.bin")).Count);
        Assert.Throws<DataException>(() => DatasetFactory.Open(folder.File("bad/data_batch_1.bin", new byte[100])));
        byte[] label = Cifar(2, 0);
        label[3073] = 10;
        Assert.Contains("#1", Assert.Throws<DataException>(() => DatasetFactory.Open(folder.File("worse/data_batch_1.bin", label))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Idx_files_are_read_packed_or_not()
    {
        using var folder = new TestFolder();
        folder.File("m/train-images-idx3-ubyte.gz", TestArchive.GZip(IdxImages(12)));
        folder.File("m/train-labels-idx1-ubyte", IdxLabels(12));
        folder.File("m/t10k-images-idx3-ubyte", IdxImages(4));
        folder.File("m/t10k-labels-idx1-ubyte.gz", TestArchive.GZip(IdxLabels(4)));
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "m"));
        Assert.Equal((12, 4), (pair.Train.Count, pair.Val.Count));
        ImageSample sample = pair.Train.Get(11);
        Assert.Equal((1, 5, 3, PixelFormat.Grey), (sample.Label, sample.Image.Width, sample.Image.Height, sample.Image.Format));
        Assert.Equal(11, sample.Image.Pixels[0]);
        Assert.Equal(4, DatasetFactory.Open(Path.Combine(folder.Root, "m", "t10k-images-idx3-ubyte")).Count);
        folder.File("bad/train-images-idx3-ubyte", IdxImages(12));
        Assert.Contains("labels", Assert.Throws<DataException>(() => DatasetFactory.Open(Path.Combine(folder.Root, "bad"))).Message, StringComparison.Ordinal);
        folder.File("bad/train-labels-idx1-ubyte", IdxLabels(11));
        Assert.Contains("12 pictures", Assert.Throws<DataException>(() => DatasetFactory.Open(Path.Combine(folder.Root, "bad"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_cache_returns_the_same_pixels_and_stops_at_its_limit()
    {
        var plain = new ClutterDataset(20);
        var cache = new CachedDataset(plain, 10 * (64 * 64 * 4 + 256));
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 20; i++)
            {
                Assert.Equal(plain.Get(i).Image.Pixels, cache.Get(i).Image.Pixels);
            }
        }

        Assert.Same(cache.Get(3), cache.Get(3));
        Assert.NotSame(cache.Get(15), cache.Get(15));
        Assert.InRange(cache.Held, 1, cache.Limit);
    }

    [Fact]
    public void Pictures_without_labels_are_found_in_files_and_folders()
    {
        using var folder = new TestFolder();
        folder.Classes("d", 2, "b", "a");
        string odd = folder.File("odd.name", TestFolder.Png(3, 4, "x"));
        string bad = folder.Text("bad.png", "nothing");
        var files = new ImageFiles([odd, Path.Combine(folder.Root, "d"), bad]);
        Assert.Equal(6, files.Count);
        Assert.Equal(odd, files.Name(0));
        Assert.Equal((-1, 4), (files.Label(0), files.Get(0).Image.Height));
        Assert.EndsWith(Path.Combine("a", "000.png"), files.Name(1), StringComparison.Ordinal);
        Assert.Contains("bad.png", Assert.Throws<DataException>(() => files.Get(5)).Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => new ImageFiles([Path.Combine(folder.Root, "absent")]));
        Assert.Throws<DataException>(() => new ImageFiles([folder.Folder("empty")]));
    }

    internal static byte[] Cifar(int count, int first)
    {
        byte[] bytes = new byte[3073 * count];
        for (int i = 0; i < count; i++)
        {
            bytes[3073 * i] = (byte)((first + i) % 10);
            for (int c = 0; c < 3; c++)
            {
                bytes.AsSpan(3073 * i + 1 + 1024 * c, 1024).Fill((byte)(first + i + c));
            }
        }

        return bytes;
    }

    internal static byte[] IdxImages(int count)
    {
        byte[] bytes = new byte[16 + 15 * count];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 0x803);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), count);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), 3);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), 5);
        for (int i = 0; i < count; i++)
        {
            bytes.AsSpan(16 + 15 * i, 15).Fill((byte)i);
        }

        return bytes;
    }

    internal static byte[] IdxLabels(int count)
    {
        byte[] bytes = new byte[8 + count];
        BinaryPrimitives.WriteInt32BigEndian(bytes, 0x801);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), count);
        for (int i = 0; i < count; i++)
        {
            bytes[8 + i] = (byte)(i % 10);
        }

        return bytes;
    }

    private static string[] Names(IImageDataset data) => [.. Enumerable.Range(0, data.Count).Select(data.Name)];
}
