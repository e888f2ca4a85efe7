using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>A place in a model that showed what it attends to, and the map that it showed in one run.</summary>
public sealed class AttentionSite
{
    private readonly AttentionMap _map;

    internal AttentionSite(string name, Module module, AttentionMap map, Func<RelationGrid, SiteGrid> grid)
    {
        (Name, Module, _map) = (name, module, map);
        switch (map)
        {
            case ChannelGate gate:
                (Kind, Samples, Keys) = (SiteKind.ChannelGate, gate.Weights.Shape[0], new SiteGrid(1, gate.Weights.Shape[1]));
                break;
            case PositionGate { Weights.Shape: var shape }:
                (Kind, Samples, Channels, Keys) = (SiteKind.PositionGate, shape[0], shape.Rank == 4 ? shape[1] : 1, new SiteGrid(shape[-2], shape[-1]));
                break;
            case ElementGate { Weights.Shape: var shape }:
                (Kind, Samples, Channels, Keys) = (SiteKind.ElementGate, shape[0], shape[1], new SiteGrid(shape[-2], shape[-1]));
                break;
            case RelationMap relation:
                Kind = relation.Queries.IsOfChannels ? SiteKind.ChannelRelation : SiteKind.PositionRelation;
                (Samples, Heads, Hops) = (relation.Batch, relation.Heads, relation.Hops);
                (Queries, Keys) = (grid(relation.Queries), grid(relation.Keys));
                break;
            default:
                throw new NotSupportedException($"{name}: a map of type {map.GetType().Name} is not known.");
        }

        Queries ??= Keys;
    }

    /// <summary>
    /// Its name: the module's dotted name, <c>layer3.1.attention</c>; with <c>@2</c> of a second call of the same module; and with the map's name
    /// where the module gives several, <c>layer3.1.attention:spatial</c>. The same in every run.
    /// </summary>
    public string Name { get; }

    /// <summary>The module that showed it.</summary>
    public Module Module { get; }

    /// <summary>What kind of map it gives.</summary>
    public SiteKind Kind { get; }

    /// <summary>Number of samples of the run.</summary>
    public int Samples { get; }

    /// <summary>Channels or groups with a map each; 1 where there is one map, and of relations.</summary>
    public int Channels { get; } = 1;

    /// <summary>Heads of a relation; 1 of gates.</summary>
    public int Heads { get; } = 1;

    /// <summary>How many relations, one after the other, a relation is the product of; 1 of gates.</summary>
    public int Hops { get; } = 1;

    /// <summary>How the cells lie that look, of relations; of gates as <see cref="Keys"/>.</summary>
    public SiteGrid Queries { get; }

    /// <summary>How the cells lie that are looked at; of gates those of the gate.</summary>
    public SiteGrid Keys { get; }

    /// <summary>Whether its maps lie over the picture; those of channels do not.</summary>
    public bool IsOverPicture => Kind is not (SiteKind.ChannelGate or SiteKind.ChannelRelation);

    /// <summary>The relation itself, for single rows; null of gates.</summary>
    public RelationMap? Relation => _map as RelationMap;

    /// <summary>The weights of a gate, as <see cref="AttentionMap"/> has them; null of relations.</summary>
    public Tensor? Weights => _map switch
    {
        ChannelGate gate => gate.Weights,
        PositionGate gate => gate.Weights,
        ElementGate gate => gate.Weights,
        _ => null,
    };

    /// <summary>
    /// What is to be seen, as numbers on a grid. Rows and columns are computed now. The map's method is <c>gate</c>, <c>attends-to</c> (rows),
    /// <c>attended-by</c> (columns), <c>received</c> (the mean of all rows) or <c>given</c> (of all columns).
    /// </summary>
    /// <param name="view">What; null for the default.</param>
    /// <exception cref="OptionException">There is no such sample, head, channel, token or cell.</exception>
    public ScalarMap Map(MapView? view = null)
    {
        view ??= MapView.Default;
        SiteCheck.Index(this, "sample", view.Sample, Samples);
        return Relation is { } relation ? RelationView.Map(this, relation, view) : GateView.Map(this, Weights!, view);
    }
}
