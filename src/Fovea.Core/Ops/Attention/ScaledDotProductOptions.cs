namespace Fovea;

/// <summary>How the operands of an attention lie. None is copied to another layout: the kernel reads and writes each as it is.</summary>
public enum AttentionLayout
{
    /// <summary><c>[…, positions, features]</c>: every leading axis counts attentions; of four axes the second counts heads.</summary>
    Heads,

    /// <summary><c>[batch, positions, heads · features]</c>: what a linear map of tokens gives.</summary>
    Tokens,

    /// <summary><c>[batch, heads · features, …]</c> with any number of axes of positions: what a convolution gives.</summary>
    Maps,
}

/// <summary>The settings of <see cref="ScaledDotProductAttentionExtensions"/>.</summary>
public sealed record ScaledDotProductOptions
{
    /// <summary>How the operands lie (default: <see cref="AttentionLayout.Heads"/>).</summary>
    public AttentionLayout Layout { get; init; } = AttentionLayout.Heads;

    /// <summary>
    /// Number of heads (default 1). <see cref="AttentionLayout.Tokens"/> and <see cref="AttentionLayout.Maps"/> divide their features by it;
    /// <see cref="AttentionLayout.Heads"/> has an axis for it and leaves this at 1.
    /// </summary>
    public int Heads { get; init; } = 1;

    /// <summary>Factor of the products before the softmax; null (the default) for <c>1/√D</c>.</summary>
    public double? Scale { get; init; }

    /// <summary>Whether query i may attend to keys 0 … i only (default false).</summary>
    public bool Causal { get; init; }

    /// <summary>
    /// Boolean (true = may attend) or of the operands' type (added to the scaled products; −∞ forbids), of a shape that broadcasts to
    /// <c>[batch, heads, queries, keys]</c>; null (the default) for none. No gradient flows to it.
    /// </summary>
    public Tensor? Mask { get; init; }

    /// <summary>Boolean <c>[batch, keys]</c>, true = may be attended to; null (the default) when no key is padding.</summary>
    public Tensor? KeyMask { get; init; }

    /// <summary>The probability with which an attention weight is dropped, 0 (the default) to 1. For evaluation, leave it at 0.</summary>
    public double Dropout { get; init; }

    /// <summary>Where dropout's randomness comes from: one number is drawn for each call. Needed where dropout is not 0.</summary>
    public Generator? Generator { get; init; }
}
