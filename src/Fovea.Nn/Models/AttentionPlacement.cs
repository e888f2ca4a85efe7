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

    /// <summary>The mechanism's key in <see cref="Catalog"/>; it must keep the shape of its input.</summary>
    public required string Key { get; init; }

    /// <summary>Where it goes: <see cref="Blocks"/> (the default), <see cref="Stages"/>, or names of stages or blocks such as <c>layer3,layer4.1</c>.</summary>
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

/// <summary>Hands out mechanisms to the places of one model while it is built, and refuses placements that name no place.</summary>
internal sealed class AttentionSlots
{
    private readonly AttentionPlacement? _placement;
    private readonly Entry? _entry;
    private readonly HashSet<string> _unused = [];

    public AttentionSlots(AttentionPlacement? placement)
    {
        _placement = placement;
        _entry = placement?.Entry();
        if (placement is { At: not (AttentionPlacement.Blocks or AttentionPlacement.Stages) })
        {
            _unused.UnionWith(placement.At.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <summary>The mechanism for a block called <paramref name="name"/> (such as <c>layer2.0</c>), or null.</summary>
    public Module? ForBlock(string name, SlotShape slot) => Make(name, slot, _placement?.At == AttentionPlacement.Blocks);

    /// <summary>The mechanism after a stage called <paramref name="name"/> (such as <c>layer2</c>), or null.</summary>
    /// <param name="name">The stage.</param>
    /// <param name="slot">The map there.</param>
    /// <param name="isLast">Whether no stage follows: there is no boundary then.</param>
    public Module? ForStage(string name, SlotShape slot, bool isLast) =>
        Make(name, slot, _placement?.At == AttentionPlacement.Stages && !isLast);

    /// <summary>The mechanism for a place that is only meant by its name, or null.</summary>
    public Module? ForNamed(string name, SlotShape slot) => Make(name, slot, everywhere: false);

    /// <summary>The mechanisms for a block with two places under one name, or nulls.</summary>
    public (Module? First, Module? Second) PairForBlock(string name, SlotShape first, SlotShape second) => ForBlock(name, first) is { } made
        ? (made, _entry!.CreateFor(second, _placement!.Options))
        : (null, null);

    /// <summary>Refuses names that no place had.</summary>
    /// <exception cref="OptionException">There is one.</exception>
    public void CheckAllUsed(string model, IEnumerable<string> places)
    {
        if (_unused.Count > 0)
        {
            throw new OptionException(model,
                $"attention-at: there is no place {string.Join(", ", _unused.Order())}; places are blocks, stages, {string.Join(", ", places)}.");
        }
    }

    private Module? Make(string name, SlotShape slot, bool everywhere) => _entry is not null && (everywhere || _unused.Remove(name))
        ? _entry.CreateFor(slot, _placement!.Options)
        : null;
}
