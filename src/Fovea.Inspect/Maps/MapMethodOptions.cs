namespace Fovea.Inspect;

/// <summary>How rollouts make one number of those of the heads.</summary>
public enum HeadFusion
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The largest.</summary>
    Max,

    /// <summary>The smallest.</summary>
    Min,
}

/// <summary>What methods can be told; each reads what concerns it.</summary>
public sealed record MapMethodOptions
{
    /// <summary>The defaults.</summary>
    public static MapMethodOptions Default { get; } = new();

    /// <summary>Class activation maps: the layer, by its module's dotted name; null (the default) to have it found (<see cref="GridLayers.Find"/>).</summary>
    public string? Layer { get; init; }

    /// <summary>Class activation maps: whether what speaks against the target is 0 in the map, as in the papers (default true).</summary>
    public bool Rectify { get; init; } = true;

    /// <summary>Score-CAM and Ablation-CAM: how many changed pictures go through the model at once (at least 1, default 16).</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Attention rollout: how heads become one (default the mean).</summary>
    public HeadFusion HeadFusion { get; init; }

    /// <summary>Attention rollout: the share of each layer's smallest weights that count as 0 (0 to less than 1, default 0).</summary>
    public double DiscardRatio { get; init; }

    /// <summary>Whether the map is the mean of that of the picture and that of the mirrored one, mirrored back (default false).</summary>
    public bool SmoothByFlip { get; init; }

    /// <summary>
    /// Factors for the size of the picture, each above 0 and up to 8; the map is the mean of that at the picture's own size and those at these.
    /// None by default. Only for models that take pictures of several sizes.
    /// </summary>
    public IReadOnlyList<double> SmoothByScales { get; init; } = [];
}
