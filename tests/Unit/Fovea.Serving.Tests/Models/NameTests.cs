using Fovea.Testing;

namespace Fovea.Serving.Tests.Models;

/// <summary>What weights are called where no name is given.</summary>
public sealed class NameTests
{
    [Fact]
    public void Weights_are_called_by_their_run_or_their_file()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("photos resnet18"), best = Path.Combine(run, "best.safetensors"), other = folder.File("cats.v2.onnx");
        Directory.CreateDirectory(run);
        File.WriteAllText(best, string.Empty);
        File.WriteAllText(other, string.Empty);
        Assert.Equal("photos-resnet18", ServedModelOptions.NameOf(run));
        Assert.Equal("photos-resnet18", ServedModelOptions.NameOf(run + Path.DirectorySeparatorChar));
        Assert.Equal("photos-resnet18", ServedModelOptions.NameOf(best));
        Assert.Equal("cats.v2", ServedModelOptions.NameOf(other));
        Assert.True(ServedModelOptions.NameOf(new string('a', 300)).Length <= 64);
        Assert.All(new[] { run, best, other, "///", "…", "" }, path => Assert.True(ServedModelOptions.IsName(ServedModelOptions.NameOf(path)), path));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:b")]
    public void Names_that_are_no_part_of_an_address_are_none(string name) => Assert.False(ServedModelOptions.IsName(name));
}
