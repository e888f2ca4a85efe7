using System.Text.Json.Nodes;
using Fovea.Cli.Flags;
using Fovea.Training;

namespace Fovea.Cli.Converting;

/// <summary>What a file of weights is for, and how images are prepared for it.</summary>
internal static class WeightsCard
{
    private const int Shown = 12;

    /// <summary>Prints the card of a file, or of the folder of a run.</summary>
    public static void Write(string path, bool json, TextWriter output)
    {
        using TensorScope scope = TensorScope.Begin();
        var trained = TrainedModel.Open(WeightsFlags.PathOf(path), new ModelRequest());
        ModelDescription description = trained.Description;
        long parameters = trained.Model.Parameters().Sum(p => (long)p.Elements);
        string preprocessing = description.Preprocessing.ToString();
        if (json)
        {
            output.WriteLine(new JsonObject
            {
                ["model"] = description.Key,
                ["described"] = trained.IsDescribed,
                ["source"] = trained.Report.Source,
                ["classes"] = new JsonArray([.. description.Classes.Select(c => (JsonNode)c)]),
                ["imageSize"] = description.ImageSize.ToJson(),
                ["channels"] = description.Mean.Count,
                ["preprocessing"] = preprocessing,
                ["parameters"] = parameters,
                ["notes"] = new JsonArray([.. trained.Notes.Select(n => (JsonNode)n)]),
            }.ToJsonString());
            return;
        }

        string more = description.Classes.Count > Shown ? $" and {description.Classes.Count - Shown} more" : string.Empty;
        output.WriteLine($"{description.Title}, {(trained.IsDescribed ? "as the file says" : $"recognised by names and shapes ({trained.Report.Origin})")}");
        output.WriteLine($"{Quantity.Count(parameters)} parameters, {Quantity.Of(description.Mean.Count, "channel")}");
        output.WriteLine($"Preprocessing: {description.PreprocessingText}");
        output.WriteLine($"Classes: {string.Join(", ", description.Classes.Take(Shown))}{more}");
        foreach (string note in trained.Notes)
        {
            output.WriteLine($"Note: {note}");
        }
    }
}
