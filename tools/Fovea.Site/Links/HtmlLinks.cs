using System.Net;
using System.Text.RegularExpressions;

namespace Fovea.Site.Links;

/// <summary>The links of a folder of HTML: every file and every anchor that a page names must be there.</summary>
/// <param name="Pages">Pages that were read.</param>
/// <param name="Count">Links on them.</param>
/// <param name="Dead">Those that lead nowhere.</param>
internal sealed partial record HtmlLinks(int Pages, int Count, IReadOnlyList<DeadLink> Dead)
{
    /// <summary>Reads all pages.</summary>
    /// <param name="folder">The site.</param>
    public static HtmlLinks Check(string folder)
    {
        HashSet<string> files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))];
        Dictionary<string, Page> pages = files.Where(f => f.EndsWith(".html", StringComparison.Ordinal)).ToDictionary(f => f, f => Read(File.ReadAllText(Path.Combine(folder, f))));
        DeadLink[] dead =
        [
            .. from page in pages.OrderBy(p => p.Key, StringComparer.Ordinal)
               from link in page.Value.Links
               let fault = Fault(page.Key, link.Target, files, pages)
               where fault is not null
               select new DeadLink(page.Key, link.Line, link.Target, fault),
        ];
        return new HtmlLinks(pages.Count, pages.Values.Sum(p => p.Links.Count), dead);
    }

    private static Page Read(string html)
    {
        var page = new Page([], []);
        string markup = Code().Replace(html, m => $"{m.Groups["tag"].Value}{new string('\n', m.Value.AsSpan(m.Groups["tag"].Length).Count('\n'))}");
        int line = 1, at = 0;
        foreach (Match tag in Tag().Matches(markup))
        {
            line += markup.AsSpan(at, tag.Index - at).Count('\n');
            at = tag.Index;
            foreach (Match attribute in Attribute().Matches(tag.Value))
            {
                string value = WebUtility.HtmlDecode(attribute.Groups["value"].Value);
                if (attribute.Groups["name"].Value is "href" or "src")
                {
                    page.Links.Add((line, value));
                }
                else
                {
                    page.Anchors.Add(value);
                }
            }
        }

        return page;
    }

    private static string? Fault(string page, string target, HashSet<string> files, Dictionary<string, Page> pages)
    {
        if (ExternalLink.Is(target))
        {
            return ExternalLink.Fault(target);
        }

        string[] parts = target.Split('#', 2);
        string path = Uri.UnescapeDataString(parts[0].Split('?')[0]);
        string file = path.Length == 0 ? page : Resolve(page, path);
        if (!files.Contains(file))
        {
            return "there is no such file";
        }

        bool isThere = parts.Length == 1 || parts[1].Length == 0 || !pages.TryGetValue(file, out Page? named)
            || named.Anchors.Contains(parts[1]) || named.Anchors.Contains(Uri.UnescapeDataString(parts[1]));
        return isThere ? null : "there is no such anchor on the page";
    }

    // A path that climbs out of the site stays as it is, which no file is called.
    private static string Resolve(string page, string path)
    {
        var parts = new List<string>(path.StartsWith('/') ? [] : page.Split('/')[..^1]);
        foreach (string part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', path.EndsWith('/') ? [.. parts, "index.html"] : parts);
    }

    // What is no markup: comments, and what scripts and styles hold.
    [GeneratedRegex("<!--.*?-->|(?<tag><(?<what>script|style)\\b[^>]*>).*?</\\k<what>>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Code();

    [GeneratedRegex("""<[a-z][\w-]*(?:\s+[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)+\s*/?>""", RegexOptions.IgnoreCase)]
    private static partial Regex Tag();

    [GeneratedRegex("""\s(?<name>href|src|id|name)\s*=\s*(?<quote>["'])(?<value>.*?)\k<quote>""", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Attribute();

    private sealed record Page(List<(int Line, string Target)> Links, HashSet<string> Anchors);
}
