using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Simd.Lanes;

namespace Fovea.Bench.Compare;

/// <summary>The results as a table for people and as JSON, with the machine they were measured on.</summary>
internal sealed record Report(string Processor, int Threads, string Torch, string Python, DateTime When, IReadOnlyList<Result> Results)
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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

    /// <summary>A table in Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Fovea beside PyTorch, {When:yyyy-MM-dd}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{Processor} ({LaneInfo.Description}), {Threads} threads; PyTorch {Torch} on Python {Python}; .NET {Environment.Version}.").AppendLine();
        text.AppendLine("Milliseconds a step, the fastest and the median, measured in turns in one run. The ratio is the fastest peer's time over Fovea's, so");
        text.AppendLine("above 1 Fovea is faster; \"script\" is frozen TorchScript. Both sides had the same weights and data; the last column is the largest");
        text.AppendLine("difference of their results, against the largest of them.");
        text.AppendLine().AppendLine(Table());
        text.AppendLine("Again: `dotnet run -c Release --project bench/Compare`.");
        return text.ToString();
    }

    /// <summary>The table alone.</summary>
    public string Table()
    {
        var text = new StringBuilder();
        text.AppendLine("| what | input | Fovea min | median | eager min | median | script min | median | ratio min | ratio median | Fovea, per second | difference |");
        text.AppendLine("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (Result r in Results)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {r.Row.Name} | [{string.Join(", ", r.Row.Shape)}] | {r.Fovea.Minimum:F2} | {r.Fovea.Median:F2} | {Cells(r, "eager")} | {Cells(r, "script")} "
                + $"| {r.RatioOfMinima:F2} | {r.RatioOfMedians:F2} | {1000 * r.Row.Batch / r.Fovea.Minimum:F0} | {r.Difference:0.0e-00}{(r.Agrees ? string.Empty : " **differs**")} |");
        }

        return text.ToString();
    }

    /// <summary>Everything for other programs.</summary>
    public string ToJson() => new JsonObject
    {
        ["processor"] = Processor,
        ["instructions"] = LaneInfo.Description,
        ["threads"] = Threads,
        ["torch"] = Torch,
        ["python"] = Python,
        ["dotnet"] = Environment.Version.ToString(),
        ["when"] = When.ToString("s", CultureInfo.InvariantCulture),
        ["rows"] = new JsonArray([.. Results.Select(r => (JsonNode)new JsonObject
        {
            ["name"] = r.Row.Name,
            ["shape"] = new JsonArray([.. r.Row.Shape.Select(n => (JsonNode)n)]),
            ["pass"] = r.Row.PassName,
            ["fovea"] = Times(r.Fovea),
            ["peers"] = new JsonObject(r.Peers.Select(p => KeyValuePair.Create(p.Engine, (JsonNode?)Times(p)))),
            ["ratioMin"] = r.RatioOfMinima,
            ["ratioMedian"] = r.RatioOfMedians,
            ["difference"] = double.IsFinite(r.Difference) ? r.Difference : null,
            ["agrees"] = r.Agrees,
        })]),
    }.ToJsonString(s_json);

    private static string Cells(Result result, string engine) => result.Peers.FirstOrDefault(p => p.Engine == engine) is { } time
        ? string.Create(CultureInfo.InvariantCulture, $"{time.Minimum:F2} | {time.Median:F2}")
        : "– | –";

    private static JsonObject Times(EngineTime time) => new() { ["minMs"] = time.Minimum, ["medianMs"] = time.Median, ["steps"] = time.Steps };
}
