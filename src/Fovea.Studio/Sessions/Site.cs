using Fovea.Attention;

namespace Fovea.Studio.Sessions;

/// <summary>One map that a mechanism gave: where in the model, and what it is.</summary>
/// <param name="Name">The module's dotted name, with the map's name after a colon.</param>
/// <param name="Module">The module's dotted name.</param>
/// <param name="Mechanism">The mechanism's key, or its type where it has none.</param>
/// <param name="Map">The map.</param>
internal sealed record Site(string Name, string Module, string Mechanism, AttentionMap Map)
{
    /// <summary>What the page makes of it: <c>channels</c>, <c>positions</c>, <c>elements</c>, <c>relation</c> of positions, or <c>channel-relation</c>.</summary>
    public string Kind => Map switch
    {
        ChannelGate => "channels",
        PositionGate => "positions",
        ElementGate => "elements",
        RelationMap { Queries.Axes.Count: 1 } relation when relation.Name.StartsWith("channel", StringComparison.Ordinal) => "channel-relation",
        _ => "relation",
    };

    /// <summary>Rows and columns of what it lies on; channels and sequences lie in one row.</summary>
    public (int Height, int Width) Grid => Map switch
    {
        ChannelGate gate => (1, gate.Weights.Shape[1]),
        PositionGate { Weights: var w } => (w.Shape[-2], w.Shape[-1]),
        ElementGate { Weights: var w } => (w.Shape[-2], w.Shape[-1]),
        RelationMap { Queries: var grid } => Sides(grid),
        _ => (1, 1),
    };

    /// <summary>Channels that have maps of their own: groups of a position gate, channels of an element gate, else 1.</summary>
    public int Layers => Map switch
    {
        PositionGate { Weights: var w } => w.Rank == 4 ? w.Shape[1] : 1,
        ElementGate { Weights: var w } => w.Shape[1],
        _ => 1,
    };

    /// <summary>Rows and columns of one side of a relation.</summary>
    public static (int Height, int Width) Sides(RelationGrid grid) =>
        grid.Axes.Count == 1 ? (1, grid.Axes[0]) : (grid.Axes[0], grid.Axes.Skip(1).Aggregate(1, static (a, b) => a * b));
}
