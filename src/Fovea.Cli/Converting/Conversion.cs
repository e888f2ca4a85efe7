using System.Text.Json.Nodes;

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

    /// <summary>What did not come along; null when everything did.</summary>
    public string? Warning { get; init; }

    /// <summary>What is in it, in numbers by name.</summary>
    public Dictionary<string, long> Numbers { get; } = [];

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["kind"] = Kind, ["input"] = Input, ["output"] = Output, ["bytes"] = Bytes };
        if (Source is not null)
        {
            json["from"] = Source;
        }

        foreach ((string name, long value) in Numbers)
        {
            json[name] = value;
        }

        return json;
    }
}
