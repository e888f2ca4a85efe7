using System.Text.RegularExpressions;
using Fovea.Testing;

namespace Fovea.Architecture.Tests;

/// <summary>docs/architecture.md names every room there is, and none that is not, and the types that it names are there.</summary>
public sealed partial class ArchitecturePageTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));

    private static HashSet<string> Named =>
    [
        .. Row().Matches(s_page).SelectMany(row => Quoted().Matches(row.Groups[2].Value).Select(m => m.Groups[1].Value).Prepend(row.Groups[1].Value)
            .Aggregate((Project: string.Empty, Rooms: new List<string>()), (found, name) =>
            {
                string project = name.Contains('/', StringComparison.Ordinal) ? name.Split('/')[0] : found.Project;
                found.Rooms.Add($"{project}/{name.Split('/')[^1]}");
                return (project, found.Rooms);
            }).Rooms),
    ];

    [Fact]
    public void Every_room_is_on_the_page_and_no_other()
    {
        string root = Path.Combine(Repository.Root, "src");
        HashSet<string> rooms =
        [
            .. Sources.All.Select(f => Sources.Relative(f).Split('/')).Where(p => p.Length > 3).Select(p => $"{p[1]}/{p[2]}"),
        ];
        Assert.Equal(rooms.Order(), Named.Order());
        Assert.All(Directory.GetDirectories(root), d => Assert.Contains(Path.GetFileName(d), s_page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_types_on_the_ways_are_there()
    {
        string ways = s_page[s_page.IndexOf("## From an image", StringComparison.Ordinal)..];
        HashSet<string> files = [.. Sources.All.Select(f => Path.GetFileNameWithoutExtension(f).Split('.')[0])];
        Assert.All(Quoted().Matches(ways).Select(m => m.Groups[1].Value), name => Assert.Contains(name, files));
    }

    // A row of the table of rooms: the first name, and what else stands in the first cell.
    [GeneratedRegex(@"^\| `(Fovea\.[\w.]+/\w+)`([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
