using System.Text.Json.Nodes;
using Fovea.Io;

namespace Fovea.Cli.Converting;

/// <summary>What was written.</summary>
/// <param name="Kind">"weights" or "image".</param>
/// <param name="Input">The file read.</param>
/// <param name="Output">The file written.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record Conversion(string Kind, string Input, string Output, long Bytes)
{
    /// <summary>What is in it, in words.</summary>
    public required string Summary { get; init; }

    /// <summary>The library that weights were imported from; null when none was named.</summary>
    public string? Source { get; init; }

    /// <summary>What the weights are for, in words; null when nothing says so.</summary>
    public string? Model { get; init; }

    /// <summary>How images are prepared for it, in words.</summary>
    public string? Preprocessing { get; init; }

    /// <summary>What did not come along, what was adapted or assumed; empty when there is nothing to know.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Which state dict of a PyTorch file was taken, and what was not; null for other inputs.</summary>
    public PyTorchState? State { get; init; }

    /// <summary>What is said beside the result, line by line: the choice among several state dicts, and what was left aside.</summary>
    public IEnumerable<string> Notes => new[] { State?.ChoiceNote, State?.LeftAsideNote }.OfType<string>();

    /// <summary>What is in it, in numbers by name.</summary>
    public Dictionary<string, long> Numbers { get; } = [];

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["kind"] = Kind, ["input"] = Input, ["output"] = Output, ["bytes"] = Bytes };
        if (Source is not null)
        {
            json["from"] = Source;
        }

        if (State is not null)
        {
            json["key"] = State.Key;
            json["alternatives"] = new JsonArray([.. State.Alternatives.Select(a => JsonValue.Create(a))]);
            json["leftAside"] = new JsonArray([.. State.LeftAside.Select(a => JsonValue.Create(a))]);
        }

        if (Model is not null)
        {
            json["model"] = Model;
            json["preprocessing"] = Preprocessing;
        }

        if (Warnings.Count > 0)
        {
            json["warnings"] = new JsonArray([.. Warnings.Select(w => (JsonNode)w)]);
        }

        foreach ((string name, long value) in Numbers)
        {
            json[name] = value;
        }

        return json;
    }
}
