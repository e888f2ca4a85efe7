using System.CommandLine;
using System.Text.RegularExpressions;
using Fovea.Testing;

namespace Fovea.Cli.Tests;

/// <summary>The commands that the documents tell people to type: each must parse.</summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string, string> Commands => [.. Documents().SelectMany(d => CommandsIn(File.ReadAllText(d))
        .Select(c => (Path.GetRelativePath(Repository.Root, d), c)))];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_in_a_document_parses(string document, string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(words.Length == 0 || !words[0].StartsWith('-'), document);
        ParseResult parsed = CommandLine.Root(words).Parse(words);
        Assert.True(parsed.Errors.Count == 0, $"{document}: fovea {command}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
    }

    [Fact]
    public void Commands_are_found() => Assert.NotEmpty(Commands);

    private static IEnumerable<string> Documents() =>
    [
        .. Directory.GetFiles(Repository.Root, "*.md"),
        .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories),
        Path.Combine(Repository.Root, "src", "Fovea.Cli", "README.md"),
    ];

    private static IEnumerable<string> CommandsIn(string document) => Fence().Matches(document)
        .SelectMany(fence => fence.Groups["lines"].Value.Split('\n'))
        .Select(line => Command().Match(line))
        .Where(match => match.Success)
        .Select(match => match.Groups["words"].Value.Trim())
        .Distinct();

    // Blocks without a language or of a shell; C# is compiled elsewhere.
    [GeneratedRegex(@"^```(?:sh|bash|console)?\r?\n(?<lines>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\s*\$?\s*(?:fovea|dotnet run -c Release( -v minimal)? --project src/Fovea\.Cli --)(?<words> [^#|>]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Command();
}
