using System.Buffers.Binary;
using System.Formats.Tar;
using Fovea.Training.Data;
using Fovea.Training.Tests.Data.Masks;

namespace Fovea.Training.Tests.Data.Archives;

public class ZipTests
{
    private const int LocalHeader = 30;

    [Fact]
    public void A_zip_reads_as_the_folder_it_was_made_of()
    {
        using var folder = new TestFolder();
        foreach ((string name, byte[]? content) in TestArchive.Pictures())
        {
            folder.File($"plain/{name}", content!);
        }

        IImageDataset plain = DatasetFactory.Open(Path.Combine(folder.Root, "plain"));
        foreach (string path in (string[])[folder.File("a.zip", TestArchive.Zip(TestArchive.Pictures())), folder.File("named-wrong", TestArchive.Zip(TestArchive.Pictures("around/")))])
        {
            IImageDataset packed = DatasetFactory.Open(path);
            Assert.Equal(plain.Classes, packed.Classes);
            Assert.Equal(Enumerable.Range(0, plain.Count).Select(plain.Name), Enumerable.Range(0, packed.Count).Select(packed.Name));
            Parallel.For(0, plain.Count, i => Assert.Equal(plain.Get(i).Image.Pixels, packed.Get(i).Image.Pixels));
        }
    }

    [Fact]
    public void Names_as_Windows_packs_them_hidden_ones_and_doubles_are_taken_as_in_a_tar()
    {
        byte[] picture = TestFolder.Png(4, 4, "1");
        IImageDataset data = Open(TestArchive.Zip(
            ("set\\cat\\1.png", picture), ("set\\dog/2.png", picture), ("set/cat/._1.png", [1]), ("__MACOSX/set/cat/1.png", [1]), ("../up/evil.png", picture),
            ("set/dog/2.png", TestFolder.Png(5, 5, "new")), ("set/fox/", null)));
        Assert.Equal(["cat", "dog", "fox"], data.Classes);
        Assert.Equal(["cat/1.png", "dog/2.png"], [data.Name(0), data.Name(1)]);
        Assert.Equal(5, data.Get(1).Image.Width);
    }

    [Theory]
    [InlineData("train.zip", "val.tar", 6, 6)]
    [InlineData("Training.zip", "test.zip", 6, 6)]
    public void A_folder_of_the_parts_archives_is_divided(string train, string val, int trained, int validated)
    {
        using var folder = new TestFolder();
        byte[] zip = TestArchive.Zip(TestArchive.Pictures()), tar = TestArchive.Tar(TarEntryFormat.Ustar, TestArchive.Pictures());
        folder.File($"d/{train}", zip);
        folder.File($"d/{val}", val.EndsWith(".tar", StringComparison.Ordinal) ? tar : zip);
        folder.Text("d/notes/README.txt", "about");
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"));
        Assert.Equal((trained, validated, $"{train} and {val}"), (pair.Train.Count, pair.Val.Count, pair.Division));
    }

    [Fact]
    public void An_archive_for_each_class_is_a_folder_per_class()
    {
        using var folder = new TestFolder();
        folder.File("d/cat.zip", TestArchive.Zip([.. Enumerable.Range(0, 5).Select(i => ($"cat/{i}.png", (byte[]?)TestFolder.Png(4, 4, $"c{i}")))]));
        folder.File("d/dog.tar.gz", TestArchive.GZip(TestArchive.Tar(TarEntryFormat.Pax, [.. Enumerable.Range(0, 5).Select(i => ($"{i}.png", (byte[]?)TestFolder.Png(4, 4, $"d{i}")))])));
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"));
        Assert.Equal(["cat", "dog"], pair.Classes);
        Assert.Equal(10, pair.Train.Count + pair.Val.Count);
        Assert.Null(DataCheck.Run(pair, cancellation: TestContext.Current.CancellationToken).Problem);
        folder.File("d/dog.zip", TestArchive.Zip(("1.png", [1])));
        Assert.Contains("dog.tar.gz and dog.zip", Assert.Throws<DataException>(() => DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_and_masks_may_lie_in_an_archive_each()
    {
        using var folder = new TestFolder();
        folder.File("d/images.zip", TestArchive.Zip([.. Enumerable.Range(0, 4).Select(i => ($"{i}.png", (byte[]?)TestFolder.Png(8, 6, $"{i}")))]));
        folder.File("d/masks.zip", TestArchive.Zip([.. Enumerable.Range(0, 4).Select(i => ($"{i}.png", (byte[]?)MaskDataTests.Mask(8, 6, at => (byte)(at % 2))))]));
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"));
        Assert.Equal((DataTask.Segment, 4), (data.Task, data.Count));
    }

    // Offsets of the fields in a central header: flags 8, method 10, sizes 20 and 24.
    [Theory]
    [InlineData(8, 1, "is encrypted; pack it again without a password")]
    [InlineData(10, 12, "is packed by method 12 (bzip2)")]
    [InlineData(10, 9, "is packed by method 9 (Deflate64)")]
    [InlineData(26, 0x4000, "claims to unpack")]
    public void What_is_not_read_is_named(int field, ushort value, string message)
    {
        byte[] zip = TestArchive.Zip(("cat/a.png", TestFolder.Png(4, 4, "1")));
        BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(zip.AsSpan().IndexOf("PK\x01\x02"u8) + field), value);
        string said = Assert.Throws<DataException>(() => Open(zip)).Message;
        Assert.Contains("test.zip: the zip entry 'cat/a.png'", said, StringComparison.Ordinal);
        Assert.Contains(message, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_that_overlap_are_refused()
    {
        byte[] zip = TestArchive.Zip(("a/1.png", TestFolder.Png(4, 4, "1")), ("b/2.png", TestFolder.Png(4, 4, "2")));
        int second = zip.AsSpan().LastIndexOf("PK\x01\x02"u8);
        BinaryPrimitives.WriteInt32LittleEndian(zip.AsSpan(second + 42), LocalHeader);
        Assert.Contains("overlaps", Assert.Throws<DataException>(() => Open(zip)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_larger_than_the_limit_is_refused_before_it_is_unpacked()
    {
        byte[] zip = TestArchive.Zip(("a/zero.bmp", new byte[8 << 20]), ("b/1.png", TestFolder.Png(4, 4, "1")));
        IImageDataset data = Open(zip, new DatasetOptions { MemoryLimit = 1 << 20 });
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("at most 1,048,576 are allowed", Assert.Throws<DataException>(() => data.Get(0)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal(4, data.Get(1).Image.Width);
    }

    private static IImageDataset Open(byte[] zip, DatasetOptions? options = null)
    {
        options ??= DatasetOptions.Default;
        return DataLayout.Detect(new ZipTree(() => new MemoryStream(zip), "test.zip", options), options).Open(DataSplit.Train);
    }
}
