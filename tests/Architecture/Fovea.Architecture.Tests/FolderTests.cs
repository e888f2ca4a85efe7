namespace Fovea.Architecture.Tests;

/// <summary>The folders of a project build on each other in one direction, as the projects do.</summary>
public sealed class FolderTests
{
    // Folders that are one idea together. A tensor knows the node that made it, a node its tensors, and both are what a graph records while
    // they are made; the compiler's steps know ops, and ops say what they absorb of a compiler's steps.
    private static readonly Dictionary<string, string[][]> s_one = new()
    {
        ["Fovea.Core"] = [["Autograd", "Graphs", "Tensors"], ["Compilation", "Ops"]],
    };

    public static TheoryData<string> Projects => DependencyTests.Projects;

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_refer_to_each_other_in_no_circle(string project)
    {
        var references = new FolderReferences(project);
        string[][] one = s_one.GetValueOrDefault(project, []);
        string Name(string folder) => one.FirstOrDefault(group => group.Contains(folder)) is { } group ? string.Join('+', group) : folder;
        ILookup<string, (string To, string Names)> edges = references.Edges
            .Where(e => Name(e.Key.From) != Name(e.Key.To))
            .ToLookup(e => Name(e.Key.From), e => (Name(e.Key.To), $"{e.Key.From} → {e.Key.To} ({e.Value.Count}): {string.Join(", ", e.Value.Take(60))}"));
        IEnumerable<string> circles = edges
            .SelectMany(from => from.Where(e => Reaches(edges, e.To, from.Key)), (_, e) => e.Names)
            .Order(StringComparer.Ordinal);
        Assert.True(!circles.Any(), $"References of {project} that are part of a circle:\n{string.Join('\n', circles)}");
    }

    private static bool Reaches(ILookup<string, (string To, string Names)> edges, string from, string to)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>([from]);
        while (open.TryPop(out string? folder))
        {
            if (folder == to)
            {
                return true;
            }

            if (seen.Add(folder))
            {
                foreach ((string next, _) in edges[folder])
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }
}
