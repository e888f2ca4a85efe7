using System.Formats.Tar;
using System.Text;
using Fovea.Training.Data;
using Fovea.Training.Tests.Data.Sources;

namespace Fovea.Training.Tests.Data.Archives;

/// <summary>Files that ask for more than their size: what is allocated for them stays in proportion to it.</summary>
public class BudgetTests
{
    // What the readers' own buffers take, and the most for each byte of the file: a name takes a string, an entry and its place in two lists.
    private const long Free = 4 << 20;
    private const int PerByte = 64;

    [Fact]
    public void A_name_of_very_many_folders_is_refused()
    {
        byte[] tar = TestArchive.Tar(TarEntryFormat.Gnu, ($"{string.Concat(Enumerable.Repeat("a/", 30_000))}1.png", [1]));
        Assert.Contains("in 30001 parts; at most 4096 in 65", Held(tar.Length, () => ArchiveTests.Open(tar)), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_names_cost_no_more_than_their_bytes()
    {
        byte[] tar = TestArchive.Tar(TarEntryFormat.Gnu,
            [.. Enumerable.Range(0, 400).Select(i => ($"{string.Concat(Enumerable.Repeat($"{i:D4}aaaaaaaaaaaaaaaaaaaa/", 60))}1.png", (byte[]?)[]))]);
        Held(tar.Length, () => ArchiveTests.Open(tar));
    }

    [Theory]
    [InlineData('x')]
    [InlineData('L')]
    public void Headers_that_only_extend_what_never_comes_cost_no_more_than_their_bytes(char type)
    {
        byte[] one = TestArchive.Tar(type == 'x' ? TarEntryFormat.Pax : TarEntryFormat.Gnu, ($"a/{new string('n', 300)}.png", [1]));
        int length = 512 + (one[512..].AsSpan().IndexOf(one.AsSpan(257, 5)) - 257 is > 0 and int next ? next : 1024);
        byte[] many = [.. Enumerable.Repeat(one[..length], 2000).SelectMany(b => b)];
        Assert.Contains("test.tar", Held(many.Length, () => ArchiveTests.Open(many)), StringComparison.Ordinal);
    }

    [Fact]
    public void Members_without_content_count_against_the_memory()
    {
        byte[] tar = TestArchive.Tar(TarEntryFormat.Ustar, [.. Enumerable.Range(0, 5000).Select(i => ($"folder{i}/", (byte[]?)null))]);
        byte[] zipped = TestArchive.GZip(tar);
        Assert.Contains("more memory than the limit", Held(zipped.Length, () => ArchiveTests.Open(zipped, new DatasetOptions { MemoryLimit = 100_000 })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("columns")]
    [InlineData("open quote")]
    [InlineData("quotes")]
    [InlineData("rows")]
    public void Strange_tables_cost_no_more_than_their_bytes(string kind)
    {
        byte[] table = Encoding.UTF8.GetBytes(kind switch
        {
            "columns" => $"path,label\na,{new string(',', 1_000_000)}\n",
            "open quote" => $"path,label\na,\"{new string('x', 1_000_000)}",
            "quotes" => $"path,label\na,\"{new string('"', 1_000_001)}\n",
            _ => string.Concat(Enumerable.Repeat("a,b\n", 300_000)),
        });
        Held(table.Length, () => CsvText.Parse(table, "test.csv"));
    }

    [Fact]
    public void An_array_is_not_unpacked_beyond_what_its_header_says()
    {
        byte[] bomb = TestArchive.GZip([.. SourceTests.IdxImages(6), .. new byte[100 << 20]]);
        string message = Held(bomb.Length, () => Idx(bomb, SourceTests.IdxLabels(6)));
        Assert.Contains("values after the header", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Very_many_tiny_pictures_count_with_what_each_costs()
    {
        byte[] images = [0, 0, 8, 3, 0, 0x10, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, .. new byte[1 << 20]], labels = [0, 0, 8, 1, 0, 0x10, 0, 0, .. new byte[1 << 20]];
        Assert.Contains("take more than", Held(images.Length, () => Idx(images, labels)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_very_many_classes_is_refused_by_its_first_lines()
    {
        byte[] list = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a\n", 1_000_000)));
        Assert.Contains("got more lines", Held(list.Length, () => TextLines.ClassNames(list, 255, "classes.txt")), StringComparison.Ordinal);
    }

    private static IImageDataset Idx(byte[] images, byte[] labels)
    {
        using var folder = new TestFolder();
        folder.File("train-images-idx3-ubyte", images);
        folder.File("train-labels-idx1-ubyte", labels);
        return DatasetFactory.Open(folder.Root, new DatasetOptions { MemoryLimit = 64 << 20 }, DataSplit.Train);
    }

    // What was said, if the file was refused.
    private static string Held(long inputBytes, Action read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = (Record.Exception(read) as DataException)?.Message ?? string.Empty;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Free + PerByte * inputBytes);
        return message;
    }
}
