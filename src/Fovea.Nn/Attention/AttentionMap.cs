namespace Fovea.Attention;

/// <summary>What a mechanism attended to in one call: the one contract that studio, explain and tests read.</summary>
/// <param name="Name">Which of the mechanism's maps it is, such as <c>channel</c> or <c>spatial</c>.</param>
public abstract record AttentionMap(string Name);

/// <summary>One weight a channel.</summary>
/// <param name="Name">Which map it is.</param>
/// <param name="Weights">[N, C].</param>
public sealed record ChannelGate(string Name, Tensor Weights) : AttentionMap(Name);

/// <summary>One weight a position.</summary>
/// <param name="Name">Which map it is.</param>
/// <param name="Weights">[N, H, W], or [N, groups, H, W] where groups of channels have maps of their own.</param>
public sealed record PositionGate(string Name, Tensor Weights) : AttentionMap(Name);

/// <summary>One weight for each channel at each position.</summary>
/// <param name="Name">Which map it is.</param>
/// <param name="Weights">[N, C, H, W].</param>
public sealed record ElementGate(string Name, Tensor Weights) : AttentionMap(Name);
