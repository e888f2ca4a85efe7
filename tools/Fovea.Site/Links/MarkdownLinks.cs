using System.Text.RegularExpressions;

namespace Fovea.Site.Links;

/// <summary>The links of Markdown files as a forge shows them: to files and folders of the repository, and to headings, whose anchors are made as GitHub makes them.</summary>
internal static partial class MarkdownLinks
{
    /// <summary>Reads every document of a repository.</summary>
    /// <param name="root">The repository.</param>
    /// <returns>The links that lead nowhere.</returns>
    public static IReadOnlyList<DeadLink> Check(string root)
    {
        var dead = new List<DeadLink>();
        var anchors = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (string document in Documents(root))
        {
            string text = Hidden().Replace(File.ReadAllText(document).ReplaceLineEndings("\n"), Blank);
            foreach (Match match in Link().Matches(text))
            {
                string target = match.Groups["inline"].Success ? match.Groups["inline"].Value : match.Groups["other"].Value;
                if (Fault(root, document, target, anchors) is { } fault)
                {
                    dead.Add(new DeadLink(Path.GetRelativePath(root, document), 1 + text.AsSpan(0, match.Index).Count('\n'), target, fault));
                }
            }
        }

        return dead;
    }

    /// <summary>The documents: at the root, and in the folders that hold some; nothing that a build or a run wrote.</summary>
    /// <param name="root">The repository.</param>
    internal static IEnumerable<string> Documents(string root) => Directory.GetFiles(root, "*.md")
        .Concat(new[] { "docs", "samples", "bench", "src", "tests" }.Select(f => Path.Combine(root, f)).Where(Directory.Exists)
            .SelectMany(f => Directory.GetFiles(f, "*.md", SearchOption.AllDirectories)))
        .Where(f => !Path.GetRelativePath(root, f).Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj", "node_modules", "runs"]).Any())
        .Order(StringComparer.Ordinal);

    /// <summary>The anchors of a document's headings; a heading that is there already gets a number.</summary>
    /// <param name="markdown">The document.</param>
    internal static HashSet<string> Anchors(string markdown)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(Fence().Replace(markdown.ReplaceLineEndings("\n"), Blank)))
        {
            string text = Linked().Replace(heading.Groups[1].Value.Trim(), "$1").Replace("`", string.Empty).Replace("*", string.Empty);
            string anchor = Dropped().Replace(text.ToLowerInvariant(), string.Empty).Replace(' ', '-');
            string free = anchor;
            for (int i = 1; !anchors.Add(free); i++)
            {
                free = $"{anchor}-{i}";
            }
        }

        foreach (Match named in Named().Matches(markdown))
        {
            anchors.Add(named.Groups[1].Value);
        }

        return anchors;
    }

    private static string? Fault(string root, string document, string target, Dictionary<string, HashSet<string>> anchors)
    {
        if (ExternalLink.Is(target))
        {
            return ExternalLink.Fault(target);
        }

        string[] parts = target.Split('#', 2);
        string file = parts[0].Length == 0 ? document : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, Uri.UnescapeDataString(parts[0])));
        if (Path.GetRelativePath(root, file).StartsWith("..", StringComparison.Ordinal))
        {
            return "leads out of the repository";
        }

        if (Directory.Exists(file))
        {
            return "is a folder, which the site has no page for: name a file in it, such as its README.md";
        }

        if (!File.Exists(file))
        {
            return "there is no such file";
        }

        if (parts.Length == 1 || !file.EndsWith(".md", StringComparison.Ordinal))
        {
            return null;
        }

        if (!anchors.TryGetValue(file, out HashSet<string>? known))
        {
            anchors[file] = known = Anchors(File.ReadAllText(file));
        }

        return known.Contains(parts[1]) ? null : $"there is no such heading; there are {string.Join(", ", known.Take(12))}";
    }

    // Lines stay as many.
    private static string Blank(Match match) => new('\n', match.Value.AsSpan().Count('\n'));

    // Code, and what only a writer sees.
    [GeneratedRegex(@"^(?<fence>`{3,}|~{3,}).*?^\k<fence>|<!--.*?-->|(?<ticks>`+)(?!`)(?:(?!\n\n).)+?(?<!`)\k<ticks>(?!`)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Hidden();

    [GeneratedRegex(@"^(?<fence>`{3,}|~{3,}).*?^\k<fence>", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    // [text](target "title"), [name]: target, and attributes of HTML.
    [GeneratedRegex(@"\]\((?<inline>[^()\s]+(?:\([^()\s]*\)[^()\s]*)*)(?:\s+""[^""]*"")?\)|^\[[^\]]+\]:\s*(?<other>\S+)|\s(?:href|src)=""(?<other>[^""]*)""", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6}\s+(.+?)\s*#*$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"!?\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Linked();

    [GeneratedRegex(@"[^\p{L}\p{M}\p{N}\p{Pc}\- ]")]
    private static partial Regex Dropped();

    [GeneratedRegex(@"<a\s[^>]*(?:id|name)=""([^""]+)""")]
    private static partial Regex Named();
}
