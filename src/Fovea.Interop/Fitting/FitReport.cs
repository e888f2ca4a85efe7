using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fovea.Io;

/// <summary>A tensor that was brought into another shape.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="From">The shape in the weights.</param>
/// <param name="To">The shape in the model.</param>
/// <param name="How">What was done, in words.</param>
public sealed record Adaptation(string Name, Shape From, Shape To, string How)
{
    /// <summary><c>conv1.weight [64, 3, 7, 7] → [64, 1, 7, 7]: summed over the input channels</c>.</summary>
    public override string ToString() => $"{Name} {From} → {To}: {How}";
}

/// <summary>What became of each tensor when weights were fitted to a model.</summary>
public sealed record FitReport
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The source of the weights, one of <see cref="Importer.Sources"/>.</summary>
    public string Source { get; init; } = Importer.Own;

    /// <summary>The repository or text that the source stands for.</summary>
    public string Origin { get; init; } = "Fovea";

    /// <summary>Options that the source implies, as <c>mechanism.option</c> and its value.</summary>
    public IReadOnlyDictionary<string, string> Implied { get; init; } = new Dictionary<string, string>();

    /// <summary>The part of the model that the weights are for, such as <c>encoder</c>; empty for all of it.</summary>
    public string Part { get; init; } = string.Empty;

    /// <summary>The model's tensors that were taken as they are.</summary>
    public required IReadOnlyList<string> Taken { get; init; }

    /// <summary>Those that were brought into another shape.</summary>
    public required IReadOnlyList<Adaptation> Adapted { get; init; }

    /// <summary>Those that keep their first values.</summary>
    public required IReadOnlyList<string> Fresh { get; init; }

    /// <summary>The tensors of the weights that the model has no place for.</summary>
    public required IReadOnlyList<string> Unused { get; init; }

    /// <summary>Whether every tensor was taken as it is and none was left over.</summary>
    public bool IsExact => Adapted.Count + Fresh.Count + Unused.Count == 0;

    /// <summary>Every name, as indented JSON.</summary>
    public string ToJson() => new JsonObject
    {
        ["source"] = Source,
        ["part"] = Part,
        ["taken"] = Names(Taken),
        ["adapted"] = new JsonArray([.. Adapted.Select(a => (JsonNode)a.ToString())]),
        ["fresh"] = Names(Fresh),
        ["unused"] = Names(Unused),
    }.ToJsonString(s_indented);

    /// <summary>The report in a line or two: what was taken, what was adapted, what starts fresh, what was left over.</summary>
    public IReadOnlyList<string> Lines =>
    [
        $"{Taken.Count + Adapted.Count} of {Taken.Count + Adapted.Count + Fresh.Count} tensors are of the weights{(Part.Length > 0 ? $", in {Part}" : string.Empty)}.",
        .. Adapted.Count > 0 ? [$"Adapted: {string.Join("; ", Adapted)}."] : Array.Empty<string>(),
        .. Fresh.Count > 0 ? [$"Fresh: {NameGroups.Of(Fresh)}."] : Array.Empty<string>(),
        .. Unused.Count > 0 ? [$"Left out of the weights: {NameGroups.Of(Unused)}."] : Array.Empty<string>(),
    ];

    private static JsonArray Names(IReadOnlyList<string> names) => [.. names.Select(n => (JsonNode)n)];
}
