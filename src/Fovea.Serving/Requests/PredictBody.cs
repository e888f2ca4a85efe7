using System.Text.Json.Serialization;

namespace Fovea.Serving.Requests;

/// <summary>A request for predictions in JSON: pictures as <c>instances</c>, or samples as <c>inputs</c>.</summary>
internal sealed record PredictBody
{
    /// <summary>Pictures.</summary>
    public IReadOnlyList<InstanceBody>? Instances { get; init; }

    /// <summary>Samples that were prepared elsewhere: what the model sees, [N, C, H, W].</summary>
    public TensorBody? Inputs { get; init; }

    /// <summary>The method of a map of where the model looked, as <c>fovea explain</c> names it.</summary>
    public string? Attention { get; init; }

    /// <summary>What the map is asked for: a class, two with a hyphen between them, or a pixel; default what the model sees.</summary>
    public string? Target { get; init; }

    /// <summary>Whether the answer holds pictures, as PNG in base64; default for masks.</summary>
    public bool? Picture { get; init; }

    /// <summary>Seconds that it may take; default the server's.</summary>
    public double? Timeout { get; init; }

    /// <summary>What it asks for.</summary>
    [JsonIgnore]
    public Asked Asked => new() { Attention = Attention, Target = Target, Picture = Picture, Timeout = Timeout };
}

/// <summary>A picture in JSON.</summary>
internal sealed record InstanceBody
{
    /// <summary>The file, in base64.</summary>
    public byte[]? B64 { get; init; }

    /// <summary>What the answer calls it; default its number.</summary>
    public string? Name { get; init; }
}

/// <summary>Numbers in JSON.</summary>
internal sealed record TensorBody
{
    /// <summary>The shape.</summary>
    public int[]? Shape { get; init; }

    /// <summary>The numbers, row-major, in one list.</summary>
    public float[]? Data { get; init; }

    /// <summary>Or the same as float32, little-endian, in base64.</summary>
    public byte[]? B64 { get; init; }
}
