using Fovea.Attention;

namespace Fovea.Models;

/// <summary>Hands out mechanisms to the blocks and stages of a ResNet that is a part of a model, and remembers what the places are called.</summary>
/// <param name="slots">The model's.</param>
/// <param name="prefix">What stands before the places' names in the model, such as <c>backbone.</c>.</param>
/// <param name="onlyNamed">Whether a place is only meant by its name: <c>blocks</c> and <c>stages</c> are others in the model.</param>
internal sealed class TrunkPlaces(AttentionSlots slots, string prefix = "", bool onlyNamed = false)
{
    private readonly List<string> _names = [];

    /// <summary>The places so far.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>What goes into a block, or null.</summary>
    public Module? Block(string name, SlotShape slot)
    {
        _names.Add(prefix + name);
        return onlyNamed ? slots.ForNamed(prefix + name, slot) : slots.ForBlock(prefix + name, slot);
    }

    /// <summary>What goes behind a stage, or null.</summary>
    public Module? Stage(string name, SlotShape slot, bool isLast)
    {
        if (onlyNamed)
        {
            return null;
        }

        _names.Add(prefix + name);
        return slots.ForStage(prefix + name, slot, isLast);
    }
}
