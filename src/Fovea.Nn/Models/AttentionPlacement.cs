using System.Text.Json.Nodes;
using Fovea.Attention;

namespace Fovea.Models;

/// <summary>Which mechanism goes into a model, and where.</summary>
public sealed record AttentionPlacement
{
    /// <summary>In every block, on the last batch norm, before the residual sum: the place of SE, ECA and CBAM.</summary>
    public const string Blocks = "blocks";

    /// <summary>Between the stages: the place of BAM.</summary>
    public const string Stages = "stages";

    /// <summary>Behind every level of a feature pyramid, in models that have one.</summary>
    public const string Neck = "neck";

    /// <summary>The mechanism's key in <see cref="Catalog"/>; it must keep the shape of its input.</summary>
    public required string Key { get; init; }

    /// <summary>
    /// Where it goes: <see cref="Blocks"/> (the default), <see cref="Stages"/>, <see cref="Neck"/>, names of stages or blocks such as
    /// <c>layer3,layer4.1</c>, or several of them.
    /// </summary>
    public string At { get; init; } = Blocks;

    /// <summary>Options of the mechanism; what follows from the place (channels, height, width) is filled in.</summary>
    public JsonObject Options { get; init; } = [];

    /// <summary>Checks the key and that the mechanism fits a slot.</summary>
    /// <exception cref="OptionException">It does not.</exception>
    internal Entry Entry()
    {
        Entry entry = Catalog.Find(Key);
        return entry.Card.KeepsShape && entry.Card.Inputs.Count == 1
            ? entry
            : throw new OptionException("attention", $"{Key} does not fit a slot of a model, which has one input and keeps its shape ({entry.Card.Shapes}).");
    }
}
