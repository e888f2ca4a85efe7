using System.Globalization;
using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>
/// The documentation of the mechanisms, generated from their cards: a page each with formula, options, cost and variants, a figure of the
/// data flow, and a table of all.
/// </summary>
public static class MechanismDocumentation
{
    /// <summary>The comment by which a generated file is known; files without it are never deleted.</summary>
    public const string Mark = "<!-- Generated from the cards by: fovea docs -->";

    /// <summary>Generates every file.</summary>
    /// <returns>Contents by path in the folder, such as <c>cbam.md</c> and <c>figures/cbam.svg</c>.</returns>
    public static IReadOnlyDictionary<string, string> Generate()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var all = new List<(Card Card, MechanismFacts Facts)>();
        foreach (Entry entry in Catalog.All)
        {
            MechanismFacts facts = MechanismFacts.Of(entry);
            all.Add((entry.Card, facts));
            files[$"{entry.Card.Key}.md"] = MechanismPage.Write(entry, facts);
            files[$"figures/{entry.Card.Key}.svg"] = FlowFigure.Draw(entry.Card);
        }

        files["README.md"] = MechanismPage.WriteTable(all);
        return files;
    }

    /// <summary>Writes every file into a folder, and deletes generated ones of mechanisms that are gone.</summary>
    /// <param name="folder">Where; it is made if it is not there.</param>
    /// <returns>How many files were new or different.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static int Write(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        IReadOnlyDictionary<string, string> files = Generate();
        int changed = 0;
        foreach ((string path, string content) in files)
        {
            string file = Path.Combine(folder, path);
            if (!File.Exists(file) || File.ReadAllText(file) != content)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, content);
                changed++;
            }
        }

        foreach (string stale in Stale(folder, files))
        {
            File.Delete(Path.Combine(folder, stale));
        }

        return changed;
    }

    /// <summary>The files in a folder that are not what <see cref="Generate"/> makes: different, missing, or of mechanisms that are gone.</summary>
    public static IReadOnlyList<string> Outdated(string folder)
    {
        IReadOnlyDictionary<string, string> files = Generate();
        IEnumerable<string> different = files
            .Where(f => Path.Combine(folder, f.Key) is var file && (!File.Exists(file) || File.ReadAllText(file).ReplaceLineEndings("\n") != f.Value))
            .Select(f => f.Key);
        return [.. different.Concat(Stale(folder, files)).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Stale(string folder, IReadOnlyDictionary<string, string> files)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        // A figure belongs to the page of its name.
        string[] gone =
        [
            .. Directory.GetFiles(folder, "*.md")
                .Where(f => !files.ContainsKey(Path.GetFileName(f)) && File.ReadAllText(f).Contains(Mark, StringComparison.Ordinal))
                .Select(f => Path.GetFileNameWithoutExtension(f)!),
        ];
        return gone.SelectMany(g => new[] { $"{g}.md", string.Create(CultureInfo.InvariantCulture, $"figures/{g}.svg") })
            .Where(f => File.Exists(Path.Combine(folder, f)));
    }
}
