using System.Text.RegularExpressions;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Samples;

/// <summary>
/// docs/guides/from-pytorch.md: its right-hand side is what stands in the samples, and gives what PyTorch gave for its left-hand side.
/// FOVEA_UPDATE_SNAPSHOTS=1 writes the samples' code into the page.
/// </summary>
public sealed partial class FromPyTorchTests
{
    private static readonly string s_page = Path.Combine(Repository.Root, "docs", "guides", "from-pytorch.md");

    [Fact]
    public void The_page_shows_the_samples()
    {
        string text = File.ReadAllText(s_page).ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("FOVEA_UPDATE_SNAPSHOTS") == "1")
        {
            text = Shown().Replace(text, m => $"{m.Groups["mark"].Value}```csharp\n{Region(m.Groups["file"].Value, m.Groups["name"].Value)}\n```");
            File.WriteAllText(s_page, text);
        }

        Match[] shown = Shown().Matches(text).ToArray();
        Assert.All(shown, m => Assert.True(
            m.Groups["code"].Value == Region(m.Groups["file"].Value, m.Groups["name"].Value),
            $"{m.Groups["name"].Value} on the page is not what {m.Groups["file"].Value} has; run the tests with FOVEA_UPDATE_SNAPSHOTS=1."));
        Assert.Equal(text.Split("\n```csharp\n").Length - 1, shown.Length);
        Assert.True(shown.Length >= 16);
    }

    [Fact]
    public async Task The_modules_give_what_PyTorch_gave()
    {
        var bin = new DirectoryInfo(AppContext.BaseDirectory);
        string said = await Dotnet.Run(Path.Combine(Repository.Root, "samples", "FromPyTorch", "bin", bin.Parent!.Name, bin.Name, "FromPyTorch.dll"));
        Assert.DoesNotContain("NOT", said, StringComparison.Ordinal);
        string page = File.ReadAllText(s_page);
        string[] modules = [.. PythonClass().Matches(page).Select(m => m.Groups[1].Value)];
        Assert.Equal(9, modules.Length);
        Assert.All(modules, m => Assert.Contains($"{m}: as PyTorch", said, StringComparison.Ordinal));
        Assert.Contains("weights: last.safetensors, model.pth, model.safetensors", said, StringComparison.Ordinal);
        Assert.Contains("hooks: [2, 8, 4, 3], gradient [2, 8, 4, 3], without the layer 0", said, StringComparison.Ordinal);
        Assert.Contains("words: [2, 8, 4, 3], finite", said, StringComparison.Ordinal);
    }

    private static string Region(string file, string name)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, file)).ReplaceLineEndings("\n");
        Match region = Regex.Match(text, $@"^ *#region {name}\n(.*?)^ *#endregion", RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.True(region.Success, $"{file} has no #region {name}");
        string[] lines = region.Groups[1].Value.Trim('\n').Split('\n');
        int indent = lines.Where(l => l.Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', lines.Select(l => l.Length > 0 ? l[indent..] : l));
    }

    [GeneratedRegex(@"(?<mark>^<!-- (?<file>samples/[\w/.-]+)#(?<name>\w+) -->\n)```csharp\n(?<code>.*?)\n```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Shown();

    [GeneratedRegex(@"^```python\nclass (\w+)\(", RegexOptions.Multiline)]
    private static partial Regex PythonClass();
}
