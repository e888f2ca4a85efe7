using System.Text;
using Fovea.Cli.Predicting;
using Fovea.Imaging.Codecs;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Predicting;

/// <summary>What <c>predict</c> takes for pictures: names, folders, patterns that no shell expanded, lists, the standard input.</summary>
public sealed class PictureInputsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _refused = [];

    public PictureInputsTests()
    {
        TinyData.MakeClass(_folder.Path, 2, 100);
        TinyData.MakeClass(_folder.File("a"), 2, 100);
        TinyData.MakeClass(_folder.File("a/b"), 1, 100);
        File.Copy(_folder.File("0.png"), _folder.File(".hidden.png"));
        File.Copy(_folder.File("0.png"), _folder.File("what[1]*.png"));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("?.png", "0.png 1.png")]
    [InlineData("*/*.png", "a/0.png a/1.png")]
    [InlineData("**/0.png", "0.png a/0.png a/b/0.png")]
    [InlineData("a/**", "a/0.png a/1.png a/b/0.png")]
    [InlineData("**/b/*", "a/b/0.png")]
    [InlineData(".*.png", ".hidden.png")]
    [InlineData("what[1]*.png", "what[1]*.png")]
    [InlineData("a", "a/0.png a/1.png a/b/0.png")]
    public void A_pattern_means_what_it_means_in_a_shell(string pattern, string files)
    {
        Assert.Equal(files.Split(' '), Find([_folder.File(pattern)], null));
        Assert.Empty(_refused);
    }

    [Fact]
    public void A_list_has_a_path_on_each_line_and_wrong_ones_are_named()
    {
        string list = $"{_folder.File("1.png")}\r\n\n{_folder.File("no.png")}\n  {_folder.File("a/b")}\n";
        File.WriteAllText(_folder.File("list.txt"), list);
        foreach ((string path, string text) in new[] { (_folder.File("list.txt"), string.Empty), ("-", list) })
        {
            _refused.Clear();
            Assert.Equal(["1.png", "a/b/0.png"], Find([], path, Encoding.UTF8.GetBytes(text)));
            Assert.Equal([_folder.File("no.png")], _refused);
        }
    }

    [Fact]
    public void The_standard_input_is_a_picture()
    {
        byte[] png = File.ReadAllBytes(_folder.File("0.png"));
        Picture picture = Assert.Single(new PictureInputs(DecodeOptions.Default, () => new MemoryStream(png), (_, _) => { }).Find(["-"], null));
        Assert.Equal(("-", 16, 12), (picture.Name, picture.Read().Width, picture.Read().Height));
    }

    [Fact]
    public void A_pattern_that_nothing_has_is_named()
    {
        Assert.Empty(Find([_folder.File("*.jpg")], null));
        Assert.Equal([_folder.File("*.jpg")], _refused);
    }

    private string[] Find(string[] paths, string? list, byte[]? input = null) =>
        [.. new PictureInputs(DecodeOptions.Default, () => new MemoryStream(input ?? []), (path, _) => _refused.Add(path)).Find(paths, list)
            .Select(p => Path.GetRelativePath(_folder.Path, p.Name).Replace('\\', '/'))];
}
