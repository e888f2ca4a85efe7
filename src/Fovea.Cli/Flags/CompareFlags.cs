using Fovea.Attention;
using Fovea.Training;

namespace Fovea.Cli.Flags;

/// <summary>The flags of <c>compare</c> beside those of the recipe: what the candidates differ in, and the comparison itself.</summary>
internal static class CompareFlags
{
    private static readonly FlagValue<IReadOnlyList<string>> s_mechanisms = new("KEY,…", text =>
    {
        string[] known = [.. Catalog.Keys, ModelRequest.NoAttention], names = Words(text);
        return names.FirstOrDefault(n => !known.Contains(n)) is { } strange
            ? throw new FormatException($"there is no mechanism \"{strange}\"; {Suggestion.Hint(strange, known)}")
            : names;
    }, [.. Catalog.Keys, ModelRequest.NoAttention]);

    private static readonly FlagValue<IReadOnlyList<string>> s_starts = new("random|FILE,…", text =>
        [.. Words(text).Select(w => w == ComparisonOptions.RandomStart ? w : WeightsFlags.PathOf(w))]);

    public static FlagSet<ComparisonOptions> Build() => new FlagSet<ComparisonOptions>()
        .Group("Candidates")
        .Add("--attention", s_mechanisms, "The mechanisms to compare, as fovea list names them, and none, with commas between; the first none, else the first, is what the others are compared with; "
            + "default none,se,eca,cbam,bam,coordinate,simam,triplet.", (o, v) => o with { Attention = v })
        .Add("--start", s_starts, "What they start from, each mechanism from each: random, files of weights, folders of runs, hf:owner/name or https:ADDRESS, with commas between; default: --weights, or random.",
            (o, v) => o with { Starts = v })
        .Add("--seeds", FlagValues.Integer(1, 100), "Runs of each candidate, with seeds from --seed on; default 3. With one nothing can be said about chance.", (o, v) => o with { Seeds = v })
        .Add("--budget", FlagValues.Duration, "The time that all runs should take together: 90s, 10m, 2h; the worse half of the candidates is dropped as early as that needs; default: none is dropped.",
            (o, v) => o with { Budget = v })
        .Group("Comparison")
        .Add("--output --project", FlagValues.Folder, "Where the comparison's folder is made; default runs/compare.", (o, v) => o with { Output = v })
        .Add("--name", FlagValues.Text("NAME"), "Name of the folder; default: of the data and the model. One that was begun with the same options goes on.", (o, v) => o with { Name = v })
        .Add("--resume", FlagValues.Text("PATH"), "Continue the comparison of a folder, with its own options.", (o, v) => o with { Resume = v })
        .Rule(given => given["--start"] is not null ? given.Refuse("--start", "--weights") : null);

    private static string[] Words(string text)
    {
        string[] words = text.Split(',', StringSplitOptions.TrimEntries);
        return words.Any(w => w.Length == 0) ? throw new FormatException($"expected names with commas between, got \"{text}\".")
            : words.GroupBy(w => w).FirstOrDefault(g => g.Count() > 1) is { Key: var twice } ? throw new FormatException($"{twice} is there twice; expected each once.")
            : words;
    }
}
