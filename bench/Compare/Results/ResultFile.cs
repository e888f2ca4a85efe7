using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Fovea.Bench.Compare;

/// <summary>What was measured on one machine, in however many runs; the file behind the tables.</summary>
/// <param name="Processor">Its name.</param>
/// <param name="Instructions">What Fovea used of it.</param>
/// <param name="Threads">Of every engine.</param>
/// <param name="Versions">Of the engines.</param>
/// <param name="Rows">The results, each the last measured.</param>
/// <param name="Limits">Fovea against the machine, each the last measured.</param>
internal sealed record ResultFile(
    string Processor, string Instructions, int Threads, IReadOnlyList<string> Versions, IReadOnlyList<Result> Rows, IReadOnlyList<Limit> Limits)
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The file's name without its extension.</summary>
    public string Name => "compare-" + Regex.Replace(Processor.ToLowerInvariant(), "[^a-z0-9]+", "-").Trim('-');

    /// <summary>What this run measured, with what earlier runs measured and it did not.</summary>
    /// <param name="folder">Where the earlier file is, if there is one.</param>
    public ResultFile MergedInto(string folder)
    {
        string path = Path.Combine(folder, Name + ".json");
        if (!File.Exists(path) || JsonSerializer.Deserialize<ResultFile>(File.ReadAllText(path), s_json) is not { } earlier || earlier.Threads != Threads)
        {
            return this;
        }

        string[] order = [.. Compare.Rows.All.Select(r => r.Name)];
        return this with
        {
            // A run on part of the instructions, or without one of the peers, says nothing new about the machine.
            Instructions = Rows.Any(r => r.Group == Compare.Rows.LimitedGroup) ? earlier.Instructions : Instructions,
            Versions = earlier.Versions.Count > Versions.Count ? earlier.Versions : Versions,
            Rows = [.. Last(earlier.Rows.Concat(Rows), r => r.Name).OrderBy(r => (uint)Array.IndexOf(order, r.Name))],
            Limits = [.. Last((earlier.Limits ?? []).Concat(Limits), l => l.Name).OrderBy(l => Array.IndexOf([.. Compare.Limits.Groups], l.Group))],
        };
    }

    /// <summary>Writes the file and its table.</summary>
    /// <returns>The path without an extension.</returns>
    public string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, Name);
        File.WriteAllText(path + ".json", JsonSerializer.Serialize(this, s_json) + "\n");
        File.WriteAllText(path + ".md", Report.Markdown(this));
        return path;
    }

    private static IEnumerable<T> Last<T>(IEnumerable<T> all, Func<T, string> name) => all.GroupBy(name).Select(g => g.Last());
}
