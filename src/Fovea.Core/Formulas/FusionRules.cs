using Fovea.Formulas.Rules;

namespace Fovea.Formulas;

/// <summary>The rules, in the order in which they are tried: an op that computes more comes before one that computes a part of it.</summary>
internal static class FusionRules
{
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
}
