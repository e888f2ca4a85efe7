using System.Text;
using System.Text.RegularExpressions;

namespace Fovea.Site;

/// <summary>
/// The tables of contents, from what the documents say themselves: the guides in the groups and the order of <c>index.md</c>, the mechanisms in those of their
/// own list, the decisions by their headings. A new page appears without a line written anywhere: a guide that <c>index.md</c> does not name comes last.
/// </summary>
internal static partial class Navigation
{
    private const string Others = "Further";

    /// <summary>Writes <c>toc.yml</c> beside the documents.</summary>
    /// <param name="docs">The folder of the documents.</param>
    public static void Write(string docs)
    {
        File.WriteAllText(
            Path.Combine(docs, "toc.yml"),
            """
            - name: Start
              href: index.md
            - name: Guides
              href: guides/
            - name: Mechanisms
              href: mechanisms/
            - name: API
              href: ../api/
            - name: Decisions
              href: decisions/

            """);
        File.WriteAllText(Path.Combine(docs, "guides", "toc.yml"), Guides(File.ReadAllText(Path.Combine(docs, "index.md")), Titles(docs, "guides")));
        File.WriteAllText(Path.Combine(docs, "mechanisms", "toc.yml"), Mechanisms(File.ReadAllText(Path.Combine(docs, "mechanisms", "README.md"))));
        File.WriteAllText(Path.Combine(docs, "decisions", "toc.yml"), Decisions(Titles(docs, "decisions")));
    }

    /// <summary>Groups are the second headings of the start page that have a list of links to pages below them.</summary>
    /// <param name="index">The start page.</param>
    /// <param name="guides">Every guide's file name with its title.</param>
    internal static string Guides(string index, IReadOnlyDictionary<string, string> guides)
    {
        var toc = new StringBuilder();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (string section in index.Split("\n## ")[1..])
        {
            (string Title, string Path)[] links = [.. Entry().Matches(section).Select(m => (m.Groups["title"].Value, m.Groups["path"].Value))];
            Add(toc, section.Split('\n')[0].Trim(), [.. links.Select(l => (l.Title, FromGuides(l.Path)))]);
            named.UnionWith(links.Select(l => FromGuides(l.Path)));
        }

        Add(toc, Others, [.. guides.Where(g => !named.Contains(g.Key)).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Value, g.Key))]);
        return toc.ToString();

        static string FromGuides(string path) => path.StartsWith("guides/", StringComparison.Ordinal) ? path["guides/".Length..] : $"../{path}";
    }

    /// <summary>Families and mechanisms as their list has them.</summary>
    /// <param name="list">The list, made by <c>fovea docs</c>.</param>
    internal static string Mechanisms(string list)
    {
        var toc = new StringBuilder();
        Add(toc, null, [("All mechanisms", "README.md")]);
        foreach (string family in list.Split("\n## ")[1..])
        {
            Add(toc, family.Split('\n')[0].Trim(), [.. Row().Matches(family).Select(m => ($"{m.Groups["name"].Value.Trim()} ({m.Groups["key"].Value})", m.Groups["path"].Value))]);
        }

        return toc.ToString();
    }

    /// <summary>The page about them, then each by its number.</summary>
    /// <param name="titles">Every file name with its title.</param>
    internal static string Decisions(IReadOnlyDictionary<string, string> titles)
    {
        var toc = new StringBuilder();
        Add(toc, null, [.. titles.OrderBy(t => t.Key != "README.md").ThenBy(t => t.Key, StringComparer.Ordinal).Select(t => (t.Value, t.Key))]);
        return toc.ToString();
    }

    private static Dictionary<string, string> Titles(string docs, string folder) => Directory.GetFiles(Path.Combine(docs, folder), "*.md")
        .ToDictionary(f => Path.GetFileName(f)!, f => Heading().Match(File.ReadAllText(f)).Groups[1].Value.Trim());

    private static void Add(StringBuilder toc, string? group, IReadOnlyList<(string Title, string Path)> pages)
    {
        if (pages.Count == 0)
        {
            return;
        }

        string indent = string.Empty;
        if (group is not null)
        {
            toc.Append("- name: ").AppendLine(Quoted(group)).AppendLine("  items:");
            indent = "  ";
        }

        foreach ((string title, string path) in pages)
        {
            toc.Append(indent).Append("- name: ").AppendLine(Quoted(title)).Append(indent).Append("  href: ").AppendLine(path);
        }
    }

    private static string Quoted(string text) => $"'{text.Replace("`", string.Empty).Replace("'", "''")}'";

    [GeneratedRegex(@"^# (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^- \[(?<title>[^\]]+)\]\((?<path>[^)#:]+\.md)\)", RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"^\| \[`(?<key>[^`]+)`\]\((?<path>[^)]+)\) \|(?<name>[^|]+)\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
