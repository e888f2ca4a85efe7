using System.Globalization;
using System.Text.Json;
using Fovea.Serving.Http;
using Fovea.Studio.Stores;
using Fovea.Studio.Wire;
using Fovea.Training;

namespace Fovea.Studio.Sessions;

/// <summary>Training runs as their folders tell of them, while they train and afterwards.</summary>
internal static class RunReader
{
    private const string StatusFile = "status.json";
    private const int MostRuns = 50;
    private const int MostWatched = 12;
    private const long MostBytes = 8L << 20;

    /// <summary>The runs below a folder, the newest first.</summary>
    public static IReadOnlyList<RunSummary> List(AllowedFolder folder) =>
    [
        .. folder.Find([".json"], int.MaxValue).Where(f => Path.GetFileName(f) == StatusFile).Take(MostRuns)
            .Select(f => Summary(folder, Path.GetDirectoryName(f)!.Replace('\\', '/'))).OfType<RunSummary>(),
    ];

    /// <summary>How far a run is.</summary>
    /// <exception cref="HttpProblem">There is no such run in the folder.</exception>
    public static RunProgress Read(AllowedFolder folder, string path)
    {
        string full = folder.Resolve(path), metrics = Path.Combine(full, "metrics.jsonl");
        if (Status(full) is not { } status)
        {
            throw HttpProblem.NotFound("run", path, "give the folder of one, as /api/runs lists them.");
        }

        IReadOnlyList<JsonElement> rows = !File.Exists(metrics) || new FileInfo(metrics).Length > MostBytes
            ? []
            : [.. File.ReadLines(metrics).Where(l => l.Length > 0).Select(Parse)];
        return new RunProgress(
            path, Text(status, "state") ?? "unknown", Number(status, "epoch"), Number(status, "epochs"), Text(status, "metric"),
            status.TryGetProperty("best", out JsonElement best) && best.ValueKind == JsonValueKind.Number ? best.GetDouble() : null,
            Version(ModelWeights.PathOf(full)), Watched(full, path), rows);
    }

    private static string? Version(string weights) => File.Exists(weights) ? File.GetLastWriteTimeUtc(weights).ToString("O", CultureInfo.InvariantCulture) : null;

    private static IReadOnlyList<WatchedPicture> Watched(string full, string path) =>
        Json(Path.Combine(full, "samples", "watched.json")) is { ValueKind: JsonValueKind.Array } list
            ?
            [
                .. list.EnumerateArray().Where(static p => p.ValueKind == JsonValueKind.Object && Text(p, "file") is not null).Take(MostWatched)
                    .Select(p => new WatchedPicture($"{StudioState.InFolder}{path}/samples/{Path.GetFileName(Text(p, "file"))}", Text(p, "name") ?? "picture", Text(p, "class"))),
            ]
            : [];

    private static RunSummary? Summary(AllowedFolder folder, string path)
    {
        string full = Path.Combine(folder.Root, path);
        return Status(full) is { } status
            ? new RunSummary(path, Text(status, "state") ?? "unknown", Number(status, "epoch"), Number(status, "epochs"), File.GetLastWriteTimeUtc(Path.Combine(full, StatusFile)))
            : null;
    }

    private static JsonElement? Status(string folder) => Json(Path.Combine(folder, StatusFile)) is { ValueKind: JsonValueKind.Object } status ? status : null;

    // A file that is being written, or is damaged, counts as none.
    private static JsonElement? Json(string file)
    {
        try
        {
            return File.Exists(file) && new FileInfo(file).Length < MostBytes ? Parse(File.ReadAllText(file)) : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return null;
        }
    }

    private static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static string? Text(JsonElement status, string name) =>
        status.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int Number(JsonElement status, string name) =>
        status.TryGetProperty(name, out JsonElement value) && value.TryGetInt32(out int number) ? number : 0;
}
