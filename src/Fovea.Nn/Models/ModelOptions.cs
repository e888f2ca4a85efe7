namespace Fovea.Models;

/// <summary>What a model is built for.</summary>
public sealed record ModelOptions
{
    /// <summary>Number of classes, at least 1.</summary>
    public required int Classes { get; init; }

    /// <summary>Channels of the images (default 3).</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Height and width of the images in pixels; they matter only to mechanisms that are tied to a size. 0 means the model's own default.</summary>
    public Size2 ImageSize { get; init; }

    /// <summary>The attention in the model's slots; null for none.</summary>
    public AttentionPlacement? Attention { get; init; }
}
