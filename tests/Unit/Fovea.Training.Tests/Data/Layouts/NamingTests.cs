using System.Formats.Tar;
using Fovea.Training.Data;
using Fovea.Training.Tests.Data.Archives;
using Fovea.Training.Tests.Data.Masks;

namespace Fovea.Training.Tests.Data.Layouts;

/// <summary>Names that are the same to a reader and not to a computer.</summary>
public class NamingTests
{
    private const string Composed = "caf\u00e9", Apart = "cafe\u0301";

    [Fact]
    public void Normal_form_C_is_that_of_Unicode()
    {
        foreach (string line in File.ReadLines(Repository.Golden("normal_form.txt")))
        {
            string[] sides = line.Split(';');
            Assert.Equal(Text(sides[1]), NormalForm.Of(Text(sides[0])));
        }

        // Halves of surrogate pairs, which names of files may hold, stay.
        Assert.Equal("\ud800e\u0301x"[..1] + "\u00e9x", NormalForm.Of("\ud800e\u0301x"));
    }

    [Fact]
    public void Folders_that_differ_in_how_letters_are_composed_are_one_class()
    {
        using var folder = new TestFolder();
        folder.Classes("d", 2, Composed, Apart, "tea");
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"));
        Assert.Equal([Composed, "tea"], data.Classes);
        Assert.Equal(4, Enumerable.Range(0, data.Count).Count(i => data.Label(i) == 0));
        Assert.Equal(6, SampleNames.Of(data).Distinct().Count());
        Assert.All(Enumerable.Range(0, 6), i => Assert.Equal(8, data.Get(i).Image.Width));
    }

    [Fact]
    public void Both_parts_have_the_same_classes_then()
    {
        using var folder = new TestFolder();
        folder.Classes("d/train", 2, Composed, "tea");
        folder.Classes("d/val", 2, Apart, "tea");
        Assert.Equal([Composed, "tea"], DatasetFactory.OpenPair(Path.Combine(folder.Root, "d")).Classes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_table_finds_pictures_and_classes_in_either_form(bool isPacked)
    {
        using var folder = new TestFolder();
        byte[] table = System.Text.Encoding.UTF8.GetBytes($"\uFEFFpath,label\r\n{Composed}/1.png,{Composed}\r\n{Apart}/1.png,\" {Apart} \"\r\n{Apart}/1.png,tea\r\n");
        byte[] picture = TestFolder.Png(3, 4, "1");
        folder.File("d/list.csv", table);
        folder.File($"d/{Apart}/1.png", picture);
        string path = isPacked
            ? folder.File("d.tar", TestArchive.Tar(TarEntryFormat.Pax, ("list.csv", table), ($"{Apart}/1.png", picture)))
            : Path.Combine(folder.Root, "d", "list.csv");
        IImageDataset data = DatasetFactory.Open(path);
        Assert.Equal([Composed, "tea"], data.Classes);
        Assert.Equal([0, 0, 1], Enumerable.Range(0, 3).Select(data.Label));
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(4, data.Get(i).Image.Height));
        Assert.Equal([$"{Apart}/1.png", $"{Apart}/1.png (2)", $"{Apart}/1.png (3)"], SampleNames.Of(data));
        Assert.Contains("2 rows name a picture that an earlier row names", Assert.Single(data.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Masks_are_paired_in_either_form_and_classes_named_with_a_mark_before_the_text()
    {
        using var folder = new TestFolder();
        MaskDataTests.Pairs(folder, $"d/images/{Composed}{{0}}.png", $"d/masks/{Apart}{{0}}.png", 3);
        folder.Text("d/classes.txt", $"\uFEFFsky \r\n{Apart}\r\n\r\n");
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"));
        Assert.Equal(["sky", Composed], data.Classes);
        Assert.Equal(3, Enumerable.Range(0, 3).Select(data.Get).Count(s => s.Mask is not null));
    }

    [Fact]
    public void Classes_are_named_in_archives_too_and_not_twice()
    {
        using var folder = new TestFolder();
        (string, byte[]?)[] members = [("images/1.png", TestFolder.Png(8, 6, "1")), ("masks/1.png", MaskDataTests.Mask(8, 6, i => (byte)(i % 2)))];
        IImageDataset named = ArchiveTests.Open(TestArchive.Tar(TarEntryFormat.Pax, [.. members, ("classes.txt", "sky\nsea\nair"u8.ToArray())]));
        Assert.Equal(["sky", "sea", "air"], named.Classes);
        IImageDataset twice = ArchiveTests.Open(TestArchive.Tar(TarEntryFormat.Pax, [.. members, ("classes.txt", "caf\u00e9\ncafe\u0301"u8.ToArray())]));
        Assert.Contains("caf\u00e9 twice", Assert.Throws<DataException>(() => twice.Classes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Archives_from_Windows_have_folders_too()
    {
        byte[] picture = TestFolder.Png(3, 3, "1");
        IImageDataset data = ArchiveTests.Open(TestArchive.Tar(TarEntryFormat.Pax, (@"set\cat\1.png", picture), (@"set\dog\1.png", picture)));
        Assert.Equal(["cat", "dog"], data.Classes);
    }

    [Fact]
    public void Pictures_without_an_ending_are_known_by_their_content()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 2, "cat", "dog");
        folder.File("d/cat/0001", TestFolder.Png(8, 8, "x"));
        folder.File("d/cat/LICENSE", "Permission is granted"u8.ToArray());
        Assert.Equal(["cat/000.png", "cat/0001", "cat/001.png"], SampleNames.Of(DatasetFactory.Open(path)).Take(3));
    }

    private static string Text(string codes) =>
        string.Concat(codes.Split(' ').Select(c => char.ConvertFromUtf32(int.Parse(c, System.Globalization.NumberStyles.HexNumber, null))));
}
