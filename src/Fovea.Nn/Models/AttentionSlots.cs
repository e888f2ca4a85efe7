using Fovea.Attention;

namespace Fovea.Models;

/// <summary>
/// Hands out mechanisms to the places of one model while its constructor runs: ask for each place by its name, register what comes, and
/// call <see cref="CheckAllUsed"/> at the end.
/// </summary>
public sealed class AttentionSlots
{
    private readonly AttentionPlacement? _placement;
    private readonly Entry? _entry;
    private readonly HashSet<string> _asked = [];
    private readonly HashSet<string> _unused = [];

    /// <summary>Begins with what the model was asked for.</summary>
    /// <param name="placement">The mechanism and its places; null for none.</param>
    /// <exception cref="OptionException">There is no such mechanism, or it does not keep the shape of its one input.</exception>
    public AttentionSlots(AttentionPlacement? placement)
    {
        _placement = placement;
        _entry = placement?.Entry();
        if (placement is not null)
        {
            _asked.UnionWith(placement.At.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            _unused.UnionWith(_asked.Where(at => at is not (AttentionPlacement.Blocks or AttentionPlacement.Stages)));
        }
    }

    /// <summary>The mechanism for a block called <paramref name="name"/> (such as <c>layer2.0</c>), or null.</summary>
    public Module? ForBlock(string name, SlotShape slot) => Make(name, slot, _asked.Contains(AttentionPlacement.Blocks));

    /// <summary>The mechanism after a stage called <paramref name="name"/> (such as <c>layer2</c>), or null.</summary>
    /// <param name="name">The stage.</param>
    /// <param name="slot">The map there.</param>
    /// <param name="isLast">Whether no stage follows: there is no boundary then.</param>
    public Module? ForStage(string name, SlotShape slot, bool isLast) =>
        Make(name, slot, _asked.Contains(AttentionPlacement.Stages) && !isLast);

    /// <summary>The mechanism behind a level of a feature pyramid called <paramref name="name"/> (such as <c>p3</c>), or null.</summary>
    public Module? ForNeck(string name, SlotShape slot)
    {
        _unused.Remove(AttentionPlacement.Neck);
        return Make(name, slot, _asked.Contains(AttentionPlacement.Neck));
    }

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

    // A name is used up even where all places of its kind were asked for.
    private Module? Make(string name, SlotShape slot, bool everywhere) => _entry is not null && (_unused.Remove(name) || everywhere)
        ? _entry.CreateFor(slot, _placement!.Options)
        : null;
}
