namespace Fovea.Attention;

/// <summary>What a mechanism attended to in one call: the one contract that studio, explain and tests read.</summary>
/// <param name="Name">Which of the mechanism's maps it is, such as <c>channel</c> or <c>spatial</c>.</param>
public abstract record AttentionMap(string Name) : IPublished
{
    Tensor? IPublished.Shown => Shown;

    /// <summary>The tensor that the map is, of maps that are one.</summary>
    private protected virtual Tensor? Shown => null;

    /// <summary>The tensors that the map holds on to.</summary>
    private protected virtual IEnumerable<Tensor?> Held => [Shown];

    /// <summary>Gives the map's memory back at once; it cannot be read any more. Optional: otherwise the garbage collector finds it.</summary>
    public void Release()
    {
        foreach (Tensor? tensor in Held)
        {
            tensor?.Dispose();
        }
    }

    IPublished IPublished.Showing(Tensor tensor) => Showing(tensor);

    /// <summary>The same map of another tensor.</summary>
    private protected virtual AttentionMap Showing(Tensor tensor) => throw new NotSupportedException($"{Name}: the map is more than a tensor.");
}

/// <summary>One weight a channel.</summary>
/// <param name="Name">Which map it is.</param>
/// <param name="Weights">[N, C].</param>
public sealed record ChannelGate(string Name, Tensor Weights) : AttentionMap(Name)
{
    private protected override Tensor Shown => Weights;

    private protected override AttentionMap Showing(Tensor tensor) => this with { Weights = tensor };
}

/// <summary>One weight a position.</summary>
/// <param name="Name">Which map it is.</param>
/// <param name="Weights">[N, H, W], or [N, groups, H, W] where groups of channels have maps of their own.</param>
public sealed record PositionGate(string Name, Tensor Weights) : AttentionMap(Name)
{
    private protected override Tensor Shown => Weights;

    private protected override AttentionMap Showing(Tensor tensor) => this with { Weights = tensor };
}

/// <summary>One weight for each channel at each position.</summary>
/// <param name="Name">Which map it is.</param>
/// <param name="Weights">[N, C, H, W].</param>
public sealed record ElementGate(string Name, Tensor Weights) : AttentionMap(Name)
{
    private protected override Tensor Shown => Weights;

    private protected override AttentionMap Showing(Tensor tensor) => this with { Weights = tensor };
}
