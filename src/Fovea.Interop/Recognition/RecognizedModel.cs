namespace Fovea.Io;

/// <summary>A model of the catalogue that weights were recognised as.</summary>
/// <param name="Model">Its key.</param>
/// <param name="Attention">The mechanism in its slots, in its usual form; null for none.</param>
/// <param name="AttentionAt">Where the mechanism is.</param>
/// <param name="Extra">Names that neither the model nor a known mechanism in it explains.</param>
public sealed record RecognizedModel(string Model, string? Attention, string AttentionAt, IReadOnlyList<string> Extra)
{
    /// <summary>As the command line calls it: <c>resnet18</c>, <c>cbam_resnet18</c>.</summary>
    public string Title => Attention is null ? Model : $"{Attention}_{Model}";
}
