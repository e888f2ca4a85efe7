using Fovea.Formulas.Rules;

namespace Fovea.Formulas;

/// <summary>The rules, in the order in which they are tried: an op that computes more comes before one that computes a part of it.</summary>
internal static class FusionRules
{
    /// <summary>What may compute a part of a mechanism's formula.</summary>
    public static IReadOnlyList<FusionRule> All { get; } =
    [
        new CbamRule(),
        new SpatialGateRule(),
        new ChannelMlpRule(),
        new ChannelConvRule(),
        new SpatialGroupEnhanceRule(),
        new SimAmRule(),
        new ShuffleRule(),
        new CoordinateRule(),
        new ConcurrentRule(),
        new ContextRule(),
        new MeanGateRule(),
        new TripletRule(),
        new RowsColumnsRule(),
        new RowColumnMeansRule(),
        new PositionsRule(),
        new ProjectionRule(),
    ];

    /// <summary>What may compute parts of a whole program that is compiled: ops of one module with what stands in another behind it.</summary>
    public static IReadOnlyList<FusionRule> BetweenModules { get; } = [new GateEpilogueRule()];
}
