using System.Globalization;

namespace Fovea.Training.Data;

/// <summary>Finds the names of the classes beside YOLO's labels: in <c>classes.txt</c> and its like, or under <c>names</c> of a <c>data.yaml</c>.</summary>
internal static class YoloNames
{
    private const int MostClasses = 10_000;
    private static readonly string[] s_lists = [.. DataFiles.ClassLists, "obj.names", "_darknet.labels"];

    /// <summary>The names by number; null when nothing gives them.</summary>
    /// <param name="trees">Where to look, the likeliest place first.</param>
    /// <exception cref="DataException">A file cannot be read.</exception>
    public static IReadOnlyList<string>? Find(params IEnumerable<FileTree> trees)
    {
        foreach (FileTree tree in trees)
        {
            foreach (string file in tree.Files.Where(f => !f.Contains('/')))
            {
                if (s_lists.Contains(file))
                {
                    return TextLines.ClassNames(tree.Read(file), MostClasses, $"{tree.Source}/{file}");
                }

                if (IsYaml(file) && OfYaml(TextLines.Decode(tree.Read(file), $"{tree.Source}/{file}"), $"{tree.Source}/{file}") is { } names)
                {
                    return names;
                }
            }
        }

        return null;
    }

    /// <summary>Whether a file is one of labels' lists of classes rather than of labels.</summary>
    public static bool IsList(string path) => s_lists.Contains(path[(path.LastIndexOf('/') + 1)..]);

    /// <summary>
    /// The names in the one part of YAML that such files use: <c>names: [a, b]</c>, over lines or not, and <c>names:</c> above lines of <c>- a</c> or
    /// <c>0: a</c>. Null when the text has none.
    /// </summary>
    public static IReadOnlyList<string>? OfYaml(string text, string source)
    {
        string[] lines = text.Split('\n');
        int at = Array.FindIndex(lines, l => l.StartsWith("names:", StringComparison.Ordinal));
        if (at < 0)
        {
            return null;
        }

        string first = WithoutComment(lines[at]["names:".Length..]);
        List<(int? Number, string Name)> found = first.Length > 0
            ? [.. Flow(string.Join(' ', [first, .. lines[(at + 1)..].Select(WithoutComment)]), source)]
            : [.. Block(lines[(at + 1)..])];
        string[] names = new string[found.Count];
        for (int i = 0; i < names.Length; i++)
        {
            int number = found[i].Number ?? i;
            if (number < 0 || number >= names.Length || names[number] is not null || found[i].Name.Length == 0)
            {
                throw new DataException($"{source}: expected the names of classes 0 to {names.Length - 1}, each once, got \"{found[i].Name}\" for {number}.");
            }

            names[number] = TextLines.ClassName(found[i].Name);
        }

        return names.Length is >= 1 and <= MostClasses && names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? names
            : throw new DataException($"{source}: expected 1 to {MostClasses} names of classes, no two alike, got {names.Length}.");
    }

    private static bool IsYaml(string file) => file.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);

    // [a, 'b'] or {0: a, 1: b}; a name with a comma in it is in quotes.
    private static IEnumerable<(int? Number, string Name)> Flow(string text, string source)
    {
        char close = text[0] switch
        {
            '[' => ']',
            '{' => '}',
            _ => throw new DataException($"{source}: expected names: and a list such as [cat, dog], got \"{(text.Length > 40 ? text[..40] : text)}\"."),
        };
        int start = 1;
        char quote = '\0';
        for (int i = 1; i < text.Length; i++)
        {
            char letter = text[i];
            quote = quote != '\0' ? (letter == quote ? '\0' : quote) : letter is '"' or '\'' ? letter : '\0';
            if (quote == '\0' && (letter == ',' || letter == close))
            {
                string item = text[start..i].Trim();
                if (item.Length > 0)
                {
                    yield return close == '}' ? Pair(item) : (null, Unquoted(item));
                }

                start = i + 1;
                if (letter == close)
                {
                    yield break;
                }
            }
        }

        throw new DataException($"{source}: the list of names does not end with {close}.");
    }

    private static IEnumerable<(int? Number, string Name)> Block(string[] lines)
    {
        foreach (string line in lines)
        {
            string plain = WithoutComment(line);
            if (plain.Length == 0)
            {
                continue;
            }

            if (plain.StartsWith("- ", StringComparison.Ordinal))
            {
                yield return (null, Unquoted(plain[2..].Trim()));
            }
            else if (line[0] is ' ' or '\t' && Pair(plain) is { Number: not null } pair)
            {
                yield return pair;
            }
            else
            {
                yield break;
            }
        }
    }

    private static (int? Number, string Name) Pair(string item)
    {
        int colon = item.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && int.TryParse(Unquoted(item[..colon].Trim()), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? (number, Unquoted(item[(colon + 1)..].Trim()))
            : (null, string.Empty);
    }

    private static string WithoutComment(string line)
    {
        int hash = line.IndexOf(" #", StringComparison.Ordinal);
        return (line.TrimStart().StartsWith('#') ? string.Empty : hash < 0 ? line : line[..hash]).Trim();
    }

    private static string Unquoted(string text) => text is ['"' or '\'', .., var last] && last == text[0] ? text[1..^1] : text;
}
