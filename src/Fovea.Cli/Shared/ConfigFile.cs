using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Training;

namespace Fovea.Cli;

/// <summary>The file of <c>--config</c>: options by name, as <c>config.json</c> of a run folder has them.</summary>
internal static class ConfigFile
{
    // A name that is there twice has two values, and none of them is the right one.
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads options.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="OptionException">A name is unknown; the message names the nearest.</exception>
    /// <exception cref="DataFormatException">The file is not JSON, a name is there twice, or a value has the wrong type.</exception>
    public static TrainOptions Read(string path)
    {
        if (Directory.Exists(path))
        {
            throw new DataFormatException($"{path}: expected a file of options, got a folder; a run's is its config.json.");
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"--config: there is no file {path}.");
        }

        string text = File.ReadAllText(path);
        CheckNames(path, text);
        try
        {
            TrainOptions options = TrainOptions.FromJson(text);
            return options.Resume is null ? options
                : throw new OptionException(path, "\"resume\" continues a run with that run's own options; leave it out, or give --resume and no --config.");
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
            config = JsonNode.Parse(text, documentOptions: s_strict) as JsonObject;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DataFormatException($"{path}: expected a JSON object of options, each once; {e.Message}", e);
        }

        string[] known = [.. JsonNode.Parse(new TrainOptions().ToJson())!.AsObject().Select(o => o.Key)];
        foreach (string name in config?.Select(o => o.Key).Except(known) ?? [])
        {
            throw new OptionException(path, $"there is no option \"{name}\"; {Suggestion.Hint(name, known)}");
        }
    }
}
