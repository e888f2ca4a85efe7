using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Inspect;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Explaining;

/// <summary>Maps that <c>predict --attention</c> writes beside its answers.</summary>
/// <param name="predictor">What predicts.</param>
/// <param name="method">The method of the maps.</param>
/// <param name="folder">Where they are written.</param>
internal sealed class PredictedMaps(Predictor predictor, string method, string folder)
{
    private readonly SamplePipeline _pipeline = predictor.Description.LookPipeline();
    private readonly MapMaker _maker = new(predictor.Model, new ExplainOptions { Methods = [method] }, static _ => { });
    private readonly MapWriter _writer = new(folder, MapStyle.Default);

    /// <summary>Writes the map of a picture for what the model sees in it.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="name">What its files begin with.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="OptionException">The method does not fit the model.</exception>
    public WrittenMap Write(Image image, string name, CancellationToken stop)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = _pipeline.ToInput(image), output = EngineLooks.Run(predictor.Model, x);
        WrittenMap map = _maker.Make(x, AskedTarget.Of(null, predictor.Classes, predictor.Description.Title, output), stop)[0];
        return _writer.Write(map, MapGround.Of(_pipeline.SeenOf(image)), $"{name}.");
    }

    /// <summary>An answer in text with the file that is to be looked at.</summary>
    public string Beside(string text, WrittenMap map) => $"{text} ({map.Map.Method} -> {Path.Combine(folder, map.Shown)})";

    /// <summary>An answer in JSON with the map.</summary>
    public string InJson(string json, WrittenMap map)
    {
        JsonObject answer = JsonNode.Parse(json)!.AsObject();
        JsonObject attention = map.ToJson();
        foreach (string file in new[] { "overlay", "plain", "values" })
        {
            attention[file] = attention[file] is { } name ? Path.Combine(folder, (string)name!) : null;
        }

        answer["attention"] = attention;
        return answer.ToJsonString();
    }
}
