namespace Fovea.Attention;

/// <summary>A relation that the mechanism makes anyway, because it is small: of channels, or of a window.</summary>
internal sealed record DenseRelation(string Name) : RelationMap(Name)
{
    /// <summary>[batch, heads, queries, keys], or without the axis of heads.</summary>
    public required Tensor Weights { get; init; }

    /// <summary>Whether the rows went through a softmax.</summary>
    public required bool Normalized { get; init; }

    public override bool IsNormalized => Normalized;

    private protected override IEnumerable<Tensor?> Held => [Weights];

    private protected override double Entry(int batch, int head, int query, int key) =>
        RelationNumbers.At(Weights, (((((batch * Heads) + head) * Queries.Count) + query) * Keys.Count) + key);
}
