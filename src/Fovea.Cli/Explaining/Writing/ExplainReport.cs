using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Inspect;
using Fovea.Training;

namespace Fovea.Cli.Explaining;

/// <summary>What <c>explain</c> found, as <c>explain.json</c> and <c>explain.html</c>.</summary>
internal static class ExplainReport
{
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes both.</summary>
    /// <returns>The JSON, for the standard output too.</returns>
    public static JsonObject Write(
        string folder, ModelDescription model, IReadOnlyList<ExplainedPicture> pictures, IReadOnlyList<(string Path, string Reason)> unreadable, MapStyle style)
    {
        JsonObject json = ToJson(model, pictures, unreadable);
        Directory.CreateDirectory(folder);
        Write(Path.Combine(folder, "explain.json"), json.ToJsonString(s_readable) + "\n");
        Write(Path.Combine(folder, "explain.html"), ExplanationPage.Of(model, pictures, style));
        return json;
    }

    private static JsonObject ToJson(ModelDescription model, IReadOnlyList<ExplainedPicture> pictures, IReadOnlyList<(string Path, string Reason)> unreadable) => new()
    {
        ["model"] = model.Key,
        ["imageSize"] = model.ImageSize.ToJson(),
        ["preprocessing"] = model.Preprocessing.ToString(),
        ["caution"] = MapFigures.Caution,
        ["pictures"] = new JsonArray(
        [
            .. pictures.Select(p => (JsonNode)p.ToJson()),
            .. unreadable.Select(u => (JsonNode)new JsonObject { ["path"] = u.Path, ["error"] = u.Reason }),
        ]),
    };

    private static void Write(string path, string text) => Io.AtomicFile.Write(path, Encoding.UTF8.GetBytes(text));
}
