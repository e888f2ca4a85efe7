namespace Fovea.Io;

/// <summary>How much of a model may come from elsewhere than its weights.</summary>
public enum FitMode
{
    /// <summary>Nothing: every tensor by its name and in its shape, and none left over.</summary>
    Exact,

    /// <summary>Every tensor is of the weights, some brought into another shape; none is left over: for a model that is used as it is.</summary>
    Complete,

    /// <summary>The classifier, mechanisms that the weights lack and what stands around their part start fresh: for a model that is trained.</summary>
    Start,
}

/// <summary>How weights are fitted to a module.</summary>
public sealed record FitOptions
{
    /// <summary>What may come from elsewhere than the weights (default <see cref="FitMode.Complete"/>).</summary>
    public FitMode Mode { get; init; } = FitMode.Complete;

    /// <summary>What messages call the module, such as <c>resnet18 with cbam</c>; null for its type's name.</summary>
    public string? Title { get; init; }

    /// <summary>What the weights say that they are, such as <c>resnet18</c>; null when they say nothing: then their names are looked at.</summary>
    public string? Described { get; init; }

    /// <summary>One of <see cref="Importer.Sources"/>; null finds it by the names.</summary>
    public string? Source { get; init; }

    /// <summary>Whether the module may take the weights' memory, which are undefined afterwards (default false).</summary>
    public bool MayMove { get; init; }
}
