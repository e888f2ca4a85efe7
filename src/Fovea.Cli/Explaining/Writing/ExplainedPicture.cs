using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Training;

namespace Fovea.Cli.Explaining;

/// <summary>A picture with what a model sees in it and its maps.</summary>
/// <param name="Prediction">What the model sees, with the picture's name.</param>
/// <param name="Ground">What the maps are drawn over: the part of the picture that the model sees.</param>
/// <param name="Region">That part, in the picture's own pixels.</param>
/// <param name="Maps">The maps.</param>
internal sealed record ExplainedPicture(IPrediction Prediction, Image Ground, Region Region, IReadOnlyList<WrittenMap> Maps)
{
    /// <summary>The sheet with all of its maps; null where it has but one.</summary>
    public string? Sheet { get; init; }

    /// <summary>Maps that know nothing of the model, measured as the others are; empty where nothing was measured.</summary>
    public IReadOnlyList<WrittenMap> Baselines { get; init; } = [];

    /// <summary>The picture as the JSON of <c>explain</c> has it: what <c>predict --json</c> prints, and the maps.</summary>
    public JsonObject ToJson()
    {
        JsonObject json = JsonNode.Parse(Prediction.ToJson(null))!.AsObject();
        json["region"] = new JsonObject { ["x"] = Region.X, ["y"] = Region.Y, ["width"] = Region.Width, ["height"] = Region.Height };
        json["sheet"] = Sheet;
        json["maps"] = new JsonArray([.. Maps.Select(m => (JsonNode)m.ToJson())]);
        json["baselines"] = new JsonArray(
        [
            .. Baselines.Select(static b => (JsonNode)new JsonObject
            {
                ["method"] = b.Map.Method,
                ["deletion"] = WrittenMap.Finite(b.Curves?.Deletion.Area),
                ["insertion"] = WrittenMap.Finite(b.Curves?.Insertion.Area),
            }),
        ]);
        return json;
    }
}
