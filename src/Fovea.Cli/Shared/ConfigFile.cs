using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Training;

namespace Fovea.Cli;

/// <summary>The file of <c>--config</c>: options by name, as <c>config.json</c> of a run folder has them.</summary>
internal static class ConfigFile
{
    /// <summary>Reads options.</summary>
    /// <exception cref="OptionException">A name is unknown; the message names the nearest.</exception>
    /// <exception cref="DataFormatException">The file is not JSON, or a value has the wrong type.</exception>
    public static TrainOptions Read(string path)
    {
        string text = File.ReadAllText(path);
        CheckNames(path, text);
        try
        {
            return TrainOptions.FromJson(text);
        }
        catch (DataFormatException e)
        {
            throw new DataFormatException($"{path}: {e.Message}", e);
        }
    }

    private static void CheckNames(string path, string text)
    {
        JsonObject? config;
        try
        {
            config = JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException e)
        {
            throw new DataFormatException($"{path}: expected a JSON object of options, got other text; {e.Message}", e);
        }

        string[] known = [.. JsonNode.Parse(new TrainOptions().ToJson())!.AsObject().Select(o => o.Key)];
        foreach (string name in config?.Select(o => o.Key).Except(known) ?? [])
        {
            throw new OptionException(path, $"there is no option \"{name}\"; {Suggestion.Hint(name, known)}");
        }
    }
}
