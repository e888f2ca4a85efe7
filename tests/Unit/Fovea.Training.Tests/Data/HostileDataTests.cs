using System.Formats.Tar;
using Fovea.Testing.Mutating;
using Fovea.Training.Data;
using Fovea.Training.Tests.Data.Sources;
using FsCheck;
using FsCheck.Fluent;

namespace Fovea.Training.Tests.Data;

public class HostileDataTests
{
    // What opening may take at most: the reader's own buffers, and the pictures of a small archive.
    private const long Budget = 24 << 20;
    private static readonly DatasetOptions s_options = new() { MemoryLimit = 4 << 20 };

    [Fact]
    public void Damaged_archives_are_read_or_refused()
    {
        byte[][] seeds =
        [
            .. from format in (TarEntryFormat[])[TarEntryFormat.V7, TarEntryFormat.Ustar, TarEntryFormat.Pax, TarEntryFormat.Gnu]
               select TestArchive.Tar(format, [.. TestArchive.Pictures(), ($"long/{new string('x', 90)}.png", TestFolder.Png(3, 3, "z"))]),
        ];
        int refused = Mutations.Run<DataException>(seeds, 3000, Walk, Budget);
        Assert.InRange(refused, 500, 2999);
    }

    [Fact]
    public void Damaged_headers_with_right_checksums_are_read_or_refused()
    {
        byte[] tar = TestArchive.Tar(TarEntryFormat.Pax, [.. TestArchive.Pictures()]);
        int refused = Mutations.Run<DataException>([tar], 3000, Walk, Budget, structure: new TarStructure());
        Assert.InRange(refused, 200, 2999);
    }

    [Fact]
    public void Damaged_compressed_archives_are_read_or_refused()
    {
        byte[][] seeds = [TestArchive.GZip(TestArchive.Tar(TarEntryFormat.Gnu, TestArchive.Pictures())), TestArchive.GZip(new byte[5000])];
        Assert.InRange(Mutations.Run<DataException>(seeds, 2000, Walk, Budget, structure: new GZipStructure(new TarStructure())), 500, 2000);
    }

    [Fact]
    public void Damaged_zips_are_read_or_refused()
    {
        byte[][] seeds = [TestArchive.Zip(TestArchive.Pictures()), TestArchive.Zip([.. TestArchive.Pictures("train/"), ("readme", [65, 66])])];
        int refused = Mutations.Run<DataException>(seeds, 3000, file => Walk(new ZipTree(() => new MemoryStream(file), "test.zip", s_options)), Budget);
        Assert.InRange(refused, 500, 2999);
    }

    [Fact]
    public void Damaged_cifar_batches_are_read_or_refused()
    {
        byte[][] seeds = [SourceTests.Cifar(3, 0)];
        Assert.InRange(Mutations.Run<DataException>(seeds, 1000, file => Walk("data_batch_1.bin", file), Budget), 200, 999);
    }

    [Fact]
    public void Damaged_idx_files_are_read_or_refused()
    {
        byte[][] images = [SourceTests.IdxImages(6), TestArchive.GZip(SourceTests.IdxImages(6))];
        int refused = Mutations.Run<DataException>(images, 2000, file => Walk("train-images-idx3-ubyte", file, ("train-labels-idx1-ubyte", SourceTests.IdxLabels(6))), Budget, 24);
        refused += Mutations.Run<DataException>(
            [SourceTests.IdxLabels(6)], 1000, file => Walk("train-labels-idx1-ubyte", file, ("train-images-idx3-ubyte", SourceTests.IdxImages(6))), Budget, 12);
        Assert.InRange(refused, 1000, 2999);
    }

    [Fact]
    public void Damaged_tables_are_read_or_refused()
    {
        byte[][] seeds =
        [
            System.Text.Encoding.UTF8.GetBytes("path,label,split\n\"a,1.png\",cat,train\nb.png,\"do\"\"g\",val\r\nc.png,ümlaut,test\n"),
            System.Text.Encoding.UTF8.GetBytes("a.png;1\nb.png;2\n"),
        ];
        Assert.InRange(Mutations.Run<DataException>(seeds, 3000, file => Walk("list.csv", file), Budget, structure: TextStructure.Csv), 100, 2999);
    }

    [Fact]
    public void Any_bytes_at_all_are_read_or_refused()
    {
        Prop.ForAll<byte[], int>((bytes, kind) =>
        {
            string[] names = ["list.csv", "data_batch_1.bin", "t10k-images-idx3-ubyte", "batches.meta.txt", "a/1.png"];
            try
            {
                Walk(bytes);
            }
            catch (DataException)
            {
            }

            try
            {
                Walk(names[Math.Abs(kind % names.Length)], bytes, ("b/2.png", bytes), ("test_batch.bin", kind % 2 == 0 ? bytes : SourceTests.Cifar(1, 0)));
            }
            catch (DataException)
            {
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Any_fields_come_back_from_a_quoted_table()
    {
        Prop.ForAll<NonNull<string>[], char>((fields, _) =>
        {
            string[] wanted = [.. fields.Select(f => new string([.. f.Get.Where(c => !char.IsSurrogate(c))])), "end"];
            string text = string.Join(',', wanted.Select(f => $"\"{f.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
            List<(int Line, string[] Fields)> rows = CsvText.Parse(System.Text.Encoding.UTF8.GetBytes($"x,y,z,u,v,w\n{text}\n"), "test");
            return rows.Count == 2 && rows[1].Fields.SequenceEqual(wanted);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static void Walk(byte[] archive) => Walk(TarTree.Read(new MemoryStream(archive), "test.tar", s_options));

    private static void Walk(string name, byte[] content, params (string, byte[]?)[] others) =>
        Walk(TarTree.Read(new MemoryStream(TestArchive.Tar(TarEntryFormat.Pax, [(name, content), .. others])), "test.tar", s_options));

    private static void Walk(FileTree tree)
    {
        DataLayout layout = DataLayout.Detect(tree, s_options);
        foreach (DataSplit split in Enum.GetValues<DataSplit>())
        {
            IImageDataset data = layout.Open(split);
            for (int i = 0; i < data.Count; i++)
            {
                Assert.InRange(data.Label(i), 0, data.Classes.Count - 1);
                try
                {
                    data.Get(i);
                }
                catch (DataException)
                {
                    // A damaged picture is the check's to report; opening must go on.
                }
            }
        }
    }
}
