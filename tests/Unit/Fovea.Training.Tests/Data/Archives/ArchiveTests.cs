using System.Formats.Tar;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Archives;

public class ArchiveTests
{
    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void An_archive_reads_as_the_folder_it_was_made_of(TarEntryFormat format)
    {
        using var folder = new TestFolder();
        (string Name, byte[]? Content)[] members = TestArchive.Pictures();
        foreach ((string name, byte[]? content) in members)
        {
            folder.File($"plain/{name}", content!);
        }

        byte[] tar = TestArchive.Tar(format, members);
        IImageDataset plain = DatasetFactory.Open(Path.Combine(folder.Root, "plain"));
        foreach (string path in (string[])[folder.File("a.tar", tar), folder.File("b.tar.gz", TestArchive.GZip(tar)), folder.File("named-wrong", TestArchive.GZip(tar))])
        {
            IImageDataset packed = DatasetFactory.Open(path);
            Assert.Equal(plain.Classes, packed.Classes);
            Assert.Equal(plain.Count, packed.Count);
            for (int i = 0; i < plain.Count; i++)
            {
                Assert.Equal(plain.Name(i), packed.Name(i));
                Assert.Equal(plain.Label(i), packed.Label(i));
                Assert.Equal(plain.Get(i).Image.Pixels, packed.Get(i).Image.Pixels);
            }
        }
    }

    [Fact]
    public void A_folder_of_the_parts_archives_is_divided()
    {
        using var folder = new TestFolder();
        byte[] tar = TestArchive.Tar(TarEntryFormat.Ustar, TestArchive.Pictures());
        folder.File("d/train.tar", tar);
        folder.File("d/val.tar.gz", TestArchive.GZip(tar));
        folder.Text("d/README.txt", "about");
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"));
        Assert.Equal("train.tar and val.tar.gz", pair.Division);
        Assert.Equal(DatasetFactory.Open(Path.Combine(folder.Root, "d/train.tar")).Count, pair.Train.Count);
        Assert.Equal(pair.Train.Count, pair.Val.Count);
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar, 180)]
    [InlineData(TarEntryFormat.Pax, 300)]
    [InlineData(TarEntryFormat.Gnu, 300)]
    public void Long_names_are_read_whole(TarEntryFormat format, int length)
    {
        string inner = string.Join('/', Enumerable.Repeat(new string('n', 58), length / 59));
        byte[] tar = TestArchive.Tar(format, ($"a/{inner}/1.png", TestFolder.Png(4, 4, "1")), ("b/ümläut.png", TestFolder.Png(4, 4, "2")));
        IImageDataset data = Open(tar);
        Assert.Equal($"a/{inner}/1.png", data.Name(0));
        Assert.Equal("b/ümläut.png", data.Name(1));
    }

    [Fact]
    public void A_folder_around_the_classes_and_hidden_files_do_not_matter()
    {
        byte[] picture = TestFolder.Png(4, 4, "1");
        IImageDataset data = Open(TestArchive.Tar(
            TarEntryFormat.Pax, ("./set/", null), ("./set/cat/1.png", picture), ("./set/cat/._1.png", [1, 2, 3]), ("./set/dog/deep/er/2.PNG", picture),
            ("./set/.DS_Store", [0]), ("__MACOSX/set/cat/1.png", [1]), ("./set/dog/readme.md", [65]), ("../up/evil.png", picture)));
        Assert.Equal(["cat", "dog"], data.Classes);
        Assert.Equal(["cat/1.png", "dog/deep/er/2.PNG"], [data.Name(0), data.Name(1)]);
    }

    [Fact]
    public void Train_and_val_inside_an_archive_are_found()
    {
        using var folder = new TestFolder();
        string path = folder.File("all.tar.gz", TestArchive.GZip(TestArchive.Tar(
            TarEntryFormat.Pax, [.. TestArchive.Pictures("data/train/"), ("data/val/cat/1.png", TestFolder.Png(4, 4, "x")), ("data/val/dog/", null)])));
        DatasetPair pair = DatasetFactory.OpenPair(path);
        Assert.Equal((6, 1), (pair.Train.Count, pair.Val.Count));
        Assert.Equal(1, DatasetFactory.Open(path).Count);
        Assert.Equal(6, DatasetFactory.Open(path, split: DataSplit.Train).Count);
    }

    [Fact]
    public void A_member_named_twice_counts_once_as_it_came_last()
    {
        IImageDataset data = Open(TestArchive.Tar(TarEntryFormat.Pax, ("a/1.png", TestFolder.Png(4, 4, "old")), ("b/1.png", TestFolder.Png(4, 4, "b")), ("a/1.png", TestFolder.Png(5, 5, "new"))));
        Assert.Equal(2, data.Count);
        Assert.Equal(5, data.Get(0).Image.Width);
    }

    [Fact]
    public void More_than_the_memory_limit_is_an_error_that_says_what_to_do()
    {
        byte[] tar = TestArchive.Tar(TarEntryFormat.Pax, TestArchive.Pictures());
        var error = Assert.Throws<DataException>(() => Open(tar, new DatasetOptions { MemoryLimit = 500 }));
        Assert.Contains("unpack the archive", error.Message, StringComparison.Ordinal);
        Assert.Contains("MemoryLimit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_archive_that_unpacks_without_end_is_refused()
    {
        byte[] bomb = TestArchive.GZip(TestArchive.Tar(TarEntryFormat.Pax, ("a/zeros.txt", new byte[64 << 20]), ("a/1.png", TestFolder.Png(4, 4, "1"))));
        Assert.InRange(bomb.Length, 0, 1 << 20);
        var error = Assert.Throws<DataException>(() => Open(bomb, new DatasetOptions { MemoryLimit = 1 << 20 }));
        Assert.Contains("unpacks to more", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(511)]
    public void A_cut_archive_is_an_error(int blocks)
    {
        byte[] tar = TestArchive.Tar(TarEntryFormat.Ustar, ("a/1.png", TestFolder.Png(64, 64, "1")), ("b/1.png", TestFolder.Png(64, 64, "2")));
        int length = blocks == 511 ? 511 : 512 * blocks + 100;
        Assert.Throws<DataException>(() => Open(tar[..length]));
        Assert.Throws<DataException>(() => Open(TestArchive.GZip(tar[..length])));
    }

    [Fact]
    public void An_archive_cut_between_two_members_is_an_error_too()
    {
        byte[] first = TestArchive.Tar(TarEntryFormat.Ustar, ("a/1.png", TestFolder.Png(64, 64, "1")));
        Assert.Equal(1, Open(first).Count);
        Assert.Contains("end mark", Assert.Throws<DataException>(() => Open(first[..^1024])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_compressed_stream_is_an_error()
    {
        byte[] zipped = TestArchive.GZip(TestArchive.Tar(TarEntryFormat.Ustar, TestArchive.Pictures()));
        for (int length = 20; length < zipped.Length * 9 / 10; length += 13)
        {
            Assert.Throws<DataException>(() => Open(zipped[..length]));
        }
    }

    [Fact]
    public void A_wrong_checksum_anywhere_in_the_compressed_stream_is_an_error()
    {
        byte[] zipped = TestArchive.GZip(TestArchive.Tar(TarEntryFormat.Ustar, TestArchive.Pictures()));
        zipped[^7] ^= 1;
        Assert.Throws<DataException>(() => Open(zipped));
    }

    [Fact]
    public void The_published_archives_are_read_with_all_their_classes()
    {
        string? path = SharedData.Path("data/cifar10/val.tar.gz");
        Assert.SkipWhen(path is null, SharedData.Missing);
        IImageDataset data = DatasetFactory.Open(path);
        Assert.Equal(5000, data.Count);
        Assert.Equal(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"], data.Classes);
        Assert.All(Enumerable.Range(0, 5000).GroupBy(data.Label), g => Assert.Equal(500, g.Count()));
        DataReport report = DataCheck.Run(data, cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(report.Train.Unreadable);
        Assert.Equal(new SizeCount(32, 32, 5000), Assert.Single(report.Train.Sizes));
    }

    internal static IImageDataset Open(byte[] archive, DatasetOptions? options = null)
    {
        options ??= DatasetOptions.Default;
        return DataLayout.Detect(TarTree.Read(new MemoryStream(archive), "test.tar", options), options).Open(DataSplit.Train);
    }
}
