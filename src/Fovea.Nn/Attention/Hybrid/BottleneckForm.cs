namespace Fovea.Attention;

/// <summary>What a bottleneck block is beside its channels.</summary>
internal sealed record BottleneckForm
{
    /// <summary>Stride of the 3×3 and of the shortcut (default 1).</summary>
    public int Stride { get; init; } = 1;

    /// <summary>Distance between the taps of the 3×3 (default 1).</summary>
    public int Dilation { get; init; } = 1;

    /// <summary>Groups of channels that the 3×3 does not mix (default 1): ResNeXt's cardinality.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Channels inside; null (default) for <c>planes</c>, of which the output has four times as many.</summary>
    public int? Width { get; init; }

    /// <summary>The mechanism of the slot, built for the output's channels; null (default) for none.</summary>
    public Module? Attention { get; init; }

    /// <summary>A part that the block has by its definition behind the 3×3, with its name; null (default) for none.</summary>
    public (string Name, Module Module)? Middle { get; init; }

    /// <summary>A part that the block has by its definition on the last batch norm, before the slot, with its name; null (default) for none.</summary>
    public (string Name, Module Module)? Last { get; init; }

    /// <summary>Whether the shortcut is a convolution; null (default) where it has to be.</summary>
    public bool? Downsample { get; init; }

    /// <summary>Whether the shortcut's stride is a mean over 2×2 before its convolution, as in ResNet-D (default false).</summary>
    public bool AveragesShortcut { get; init; }

    /// <summary>Whether the last batch norm's weight starts at 0, so that a new block is its shortcut (default false).</summary>
    public bool IdentityStart { get; init; }
}
