namespace Fovea.Simd.Attention;

/// <summary>The sizes and settings of an attention: <c>batch · heads</c> pairs, each of which lets queries look at keys.</summary>
/// <param name="Batch">Number of samples.</param>
/// <param name="Heads">Attentions beside each other in a sample.</param>
/// <param name="Queries">Positions that look.</param>
/// <param name="Keys">Positions that are looked at.</param>
/// <param name="Depth">Numbers of a query and of a key, D.</param>
/// <param name="ValueDepth">Numbers of a value, Dv.</param>
/// <param name="Scale">Factor of the products before the softmax.</param>
/// <param name="Causal">Whether query i may attend to keys 0 … i only.</param>
/// <param name="Dropout">The probability with which an attention weight is dropped, 0 to 1 (default 0).</param>
/// <param name="Seed">Which weights are dropped: a function of the seed and the place.</param>
public readonly record struct AttentionShape(
    int Batch, int Heads, int Queries, int Keys, int Depth, int ValueDepth, double Scale, bool Causal = false, double Dropout = 0, ulong Seed = 0)
{
    /// <summary>Number of attentions.</summary>
    public int Pairs => Batch * Heads;

    /// <summary>Multiply-adds of the forward pass (without a mask).</summary>
    public long MultiplyAdds => (long)Pairs * Queries * Keys * ((long)Depth + ValueDepth);
}

/// <summary>
/// Where the numbers of one operand lie: feature f of position p of head h of sample b is at
/// <c>Offset + b·Batch + h·Head + p·Position + f·Feature</c>. Nothing is copied to another layout first: panels are cut from any.
/// </summary>
/// <param name="Offset">The first number.</param>
/// <param name="Batch">From one sample to the next.</param>
/// <param name="Head">From one head to the next.</param>
/// <param name="Position">From one position to the next.</param>
/// <param name="Feature">From one feature to the next.</param>
public readonly record struct AttentionPlace(int Offset, int Batch, int Head, int Position, int Feature)
{
    /// <summary>[batch, heads, positions, features]: every head by itself.</summary>
    public static AttentionPlace Heads(int heads, int positions, int features) =>
        new(0, heads * positions * features, positions * features, features, 1);

    /// <summary>[batch, positions, row], where the heads' features lie beside each other in a row, from <paramref name="offset"/> on.</summary>
    public static AttentionPlace Tokens(int positions, int features, int row, int offset = 0) => new(offset, positions * row, features, row, 1);

    /// <summary>[batch, heads · features, positions], as convolutions give it: positions are next to each other.</summary>
    public static AttentionPlace Maps(int heads, int positions, int features) => new(0, heads * features * positions, features * positions, 1, positions);

    /// <summary>The length of the span that holds an operand.</summary>
    internal long Length(int batch, int heads, int positions, int features) => batch == 0 || heads == 0 || positions == 0 || features == 0
        ? 0
        : Offset + ((batch - 1L) * Batch) + ((heads - 1L) * Head) + ((positions - 1L) * Position) + ((features - 1L) * Feature) + 1;
}

/// <summary>Where the entry of a mask for a sample, a head, a query and a key lies; a stride of 0 repeats it along that axis.</summary>
/// <param name="Batch">From one sample to the next.</param>
/// <param name="Head">From one head to the next.</param>
/// <param name="Query">From one query to the next.</param>
/// <param name="Key">From one key to the next.</param>
public readonly record struct MaskStrides(int Batch, int Head, int Query, int Key)
{
    /// <summary>The length of the span that holds the mask.</summary>
    internal long Length(in AttentionShape s) => s.Pairs == 0 || s.Queries == 0 || s.Keys == 0
        ? 0
        : ((s.Batch - 1L) * Batch) + ((s.Heads - 1L) * Head) + ((s.Queries - 1L) * Query) + ((s.Keys - 1L) * Key) + 1;
}

/// <summary>What limits an attention beside causality. Empty spans limit nothing.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly ref struct AttentionMask<T>
    where T : unmanaged
{
    /// <summary>Entries that may attend (true) and may not.</summary>
    public ReadOnlySpan<bool> Allowed { get; init; }

    /// <summary>Where the entries of <see cref="Allowed"/> lie.</summary>
    public MaskStrides AllowedStrides { get; init; }

    /// <summary>[batch, keys]: keys that may be attended to (true) and padding.</summary>
    public ReadOnlySpan<bool> KeyAllowed { get; init; }

    /// <summary>Numbers that are added to the scaled products; −∞ forbids.</summary>
    public ReadOnlySpan<T> Bias { get; init; }

    /// <summary>Where the entries of <see cref="Bias"/> lie.</summary>
    public MaskStrides BiasStrides { get; init; }
}
