using System.Text.Json;
using System.Text.Json.Serialization;
using Fovea.Simd.Lanes;

namespace Fovea.Bench.Compare;

/// <summary>What was measured on one machine, in however many runs; the file behind the tables.</summary>
/// <param name="Processor">Its name.</param>
/// <param name="Instructions">What Fovea used of it.</param>
/// <param name="Threads">Of every engine.</param>
/// <param name="Versions">Of the engines.</param>
/// <param name="Rows">The results, each the last measured.</param>
internal sealed record ResultFile(string Processor, string Instructions, int Threads, IReadOnlyList<string> Versions, IReadOnlyList<Result> Rows)
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The processor's name, as the system tells it.</summary>
    public static string ProcessorName()
    {
        string? line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>The file's name without its extension.</summary>
    public string Name => $"compare-{new string([.. Processor.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')])}";

    /// <summary>What this run measured, with the rows of earlier runs that it did not measure again.</summary>
    public static ResultFile Merge(string folder, int threads, IReadOnlyList<string> versions, IReadOnlyList<Result> measured)
    {
        var fresh = new ResultFile(ProcessorName(), LaneInfo.Description, threads, [.. versions, $".NET {Environment.Version}"], measured);
        string path = Path.Combine(folder, fresh.Name + ".json");
        if (!File.Exists(path) || JsonSerializer.Deserialize<ResultFile>(File.ReadAllText(path), s_json) is not { } earlier || earlier.Threads != threads)
        {
            return fresh;
        }

        Dictionary<string, Result> byName = earlier.Rows.Concat(measured).GroupBy(r => r.Name).ToDictionary(g => g.Key, g => g.Last());
        return fresh with { Rows = [.. Compare.Rows.All.Where(r => byName.ContainsKey(r.Name)).Select(r => byName[r.Name])] };
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
}
