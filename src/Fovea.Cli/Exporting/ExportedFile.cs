using System.Text.Json.Nodes;
using Fovea.Onnx;

namespace Fovea.Cli.Exporting;

/// <summary>What <c>export</c> has written.</summary>
internal sealed record ExportedFile(string Path, string Title, int Opset, OnnxSignature Signature, IReadOnlyList<string> Notes)
{
    /// <summary>Bytes of the model, with those of the weights beside it.</summary>
    public long Bytes
    {
        get
        {
            string model = Directory.Exists(Path) ? System.IO.Path.Combine(Path, "model.onnx") : Path;
            return new[] { model, $"{model}.data" }.Where(File.Exists).Sum(f => new FileInfo(f).Length);
        }
    }

    public JsonObject ToJson() => new()
    {
        ["path"] = Path,
        ["model"] = Title,
        ["opset"] = Opset,
        ["bytes"] = Bytes,
        ["inputs"] = Shapes(Signature.Inputs),
        ["outputs"] = Shapes(Signature.Outputs),
        ["notes"] = new JsonArray([.. Notes.Select(n => (JsonNode)n)]),
    };

    private static JsonObject Shapes(IReadOnlyList<(string Name, IReadOnlyList<string> Shape)> values) => new(values.Select(v =>
        KeyValuePair.Create(v.Name, (JsonNode?)new JsonArray([.. v.Shape.Select(n => (JsonNode)(long.TryParse(n, out long length) ? length : n))]))));
}
