using Fovea.Simd.Attention;

namespace Fovea.Attention;

/// <summary><c>softmax(scale · q kᵀ + mask)</c>: an entry is <c>e^(logit − m) · r</c> with the row's m and r that the attention left behind.</summary>
internal sealed record SoftmaxRelation(string Name) : RelationMap(Name)
{
    /// <summary>The tensors that queries and keys are in (the same one where they lie beside each other).</summary>
    public required (Tensor Queries, Tensor Keys) Operands { get; init; }

    /// <summary>Sizes and places.</summary>
    public required AttentionGeometry Geometry { get; init; }

    /// <summary>[2, batch, heads, queries].</summary>
    public required Tensor Statistics { get; init; }

    /// <summary>Factor of the products.</summary>
    public required double Scale { get; init; }

    /// <summary>Whether a query sees keys up to its own place only.</summary>
    public bool Causal { get; init; }

    /// <summary>The dense mask, or null.</summary>
    public Tensor? Mask { get; init; }

    /// <summary>[batch, keys], or null.</summary>
    public Tensor? KeyMask { get; init; }

    public override bool IsNormalized => true;

    private protected override double Entry(int batch, int head, int query, int key)
    {
        if ((Causal && key > query) || (KeyMask is not null && !KeyMask.AsSpan<bool>()[(batch * Keys.Count) + key]))
        {
            return 0;
        }

        double bias = 0;
        if (Mask is not null)
        {
            MaskStrides s = Geometry.Strides(Mask.Shape);
            int at = (batch * s.Batch) + (head * s.Head) + (query * s.Query) + (key * s.Key);
            bias = Mask.DType == DType.Bool ? Mask.AsSpan<bool>()[at] ? 0 : double.NegativeInfinity : RelationNumbers.At(Mask, at);
        }

        double logit = Scale * RelationNumbers.Dot(
            Operands.Queries, Start(Geometry.Q, batch, head, query), Geometry.Q.Feature,
            Operands.Keys, Start(Geometry.K, batch, head, key), Geometry.K.Feature, Geometry.Depth);
        int row = (((batch * Heads) + head) * Queries.Count) + query;
        return Math.Exp(logit + bias - RelationNumbers.At(Statistics, row)) * RelationNumbers.At(Statistics, (Statistics.Elements / 2) + row);
    }

    private static int Start(AttentionPlace place, int batch, int head, int position) =>
        place.Offset + (batch * place.Batch) + (head * place.Head) + (position * place.Position);
}
