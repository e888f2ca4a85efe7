namespace Fovea.Io;

/// <summary>What the shapes of weights say about the model that they are for.</summary>
/// <param name="Classes">How many classes it tells apart; null when the weights have no classifier.</param>
/// <param name="Channels">Channels of its images; null when they lack the first convolution.</param>
/// <param name="ImageSize">Side of its images, in pixels; null when no shape depends on it.</param>
/// <param name="HasMechanisms">Whether they have tensors of the mechanisms in the model's slots.</param>
public sealed record ModelFacts(int? Classes, int? Channels, int? ImageSize, bool HasMechanisms)
{
    /// <summary>Reads the facts.</summary>
    /// <param name="module">A model of that kind, for any number of classes, channels and pixels.</param>
    /// <param name="weights">The weights under its names.</param>
    public static ModelFacts Of(Module module, IReadOnlyDictionary<string, Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(weights);
        return Of(ModelOutline.Of(module), weights);
    }

    internal static ModelFacts Of(ModelOutline model, IReadOnlyDictionary<string, Tensor> weights)
    {
        Shape? stem = model.Stem is { } s && weights.TryGetValue(s, out Tensor? kernel) && kernel.Rank == 4 ? kernel.Shape : null;
        int? tokens = model.Positions is { } p && weights.TryGetValue(p, out Tensor? positions) && positions.Rank == 3 ? positions.Shape[1] : null;
        return new(
            model.HeadWeight is { } classifier && weights.TryGetValue(classifier, out Tensor? head) && head.Rank >= 2 && head.Shape[0] > 0 ? head.Shape[0] / model.RowsPerClass : null,
            stem is { } channels && channels[1] > 0 ? channels[1] : null,
            stem is { } patch && tokens is { } count && PositionRule.Side(count) is { } side and > 0 ? side * patch[3] : null,
            weights.Keys.Any(n => model.MechanismOf(n) is not null));
    }
}
