using Fovea.Simd.Attention;

namespace Fovea.Attention;

/// <summary><c>softmax(scale · q kᵀ + mask)</c>: an entry is <c>e^(logit − m) · r</c> with the row's m and r that the attention left behind.</summary>
internal sealed record SoftmaxRelation(string Name) : RelationMap(Name)
{
    /// <summary>The tensors that queries and keys are in (the same one where they lie beside each other).</summary>
    public required (Tensor Queries, Tensor Keys) Operands { get; init; }

    /// <summary>The tensor that the values are in.</summary>
    public required Tensor Values { get; init; }

    /// <summary>What the values became; its memory may have been given back.</summary>
    public required Tensor Weighed { get; init; }

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

    public override Tensor Output => Weighed;

    private protected override double Entry(int batch, int head, int query, int key) => Weight(batch, head, query, key, RelationNumbers.Dot(
        Operands.Queries, Start(Geometry.Q, batch, head, query), Geometry.Q.Feature,
        Operands.Keys, Start(Geometry.K, batch, head, key), Geometry.K.Feature, Geometry.Depth));

    private protected override double[] RowOf(int batch, int head, int query)
    {
        double[] row = RelationNumbers.Dots(
            Operands.Queries, Start(Geometry.Q, batch, head, query), Geometry.Q.Feature,
            Operands.Keys, Start(Geometry.K, batch, head, 0), Geometry.K.Feature, Geometry.K.Position, Geometry.Depth, Keys.Count);
        for (int key = 0; key < row.Length; key++)
        {
            row[key] = Weight(batch, head, query, key, row[key]);
        }

        return row;
    }

    private protected override double[] ColumnOf(int batch, int head, int key)
    {
        double[] column = RelationNumbers.Dots(
            Operands.Keys, Start(Geometry.K, batch, head, key), Geometry.K.Feature,
            Operands.Queries, Start(Geometry.Q, batch, head, 0), Geometry.Q.Feature, Geometry.Q.Position, Geometry.Depth, Queries.Count);
        for (int query = 0; query < column.Length; query++)
        {
            column[query] = Weight(batch, head, query, key, column[query]);
        }

        return column;
    }

    private protected override double[] RowGradientOf(int batch, int head, int query, Tensor gradient) => RelationNumbers.Dots(
        gradient, Start(Geometry.Y, batch, head, query), Geometry.Y.Feature,
        Values, Start(Geometry.V, batch, head, 0), Geometry.V.Feature, Geometry.V.Position, Geometry.ValueDepth, Keys.Count);

    private double Weight(int batch, int head, int query, int key, double product)
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

        int row = (((batch * Heads) + head) * Queries.Count) + query;
        return Math.Exp((Scale * product) + bias - RelationNumbers.At(Statistics, row)) * RelationNumbers.At(Statistics, (Statistics.Elements / 2) + row);
    }

    private static int Start(AttentionPlace place, int batch, int head, int position) =>
        place.Offset + (batch * place.Batch) + (head * place.Head) + (position * place.Position);
}
