namespace Fovea.Attention;

/// <summary><c>factor · q kᵀ</c> of maps [N, D, …], without a softmax.</summary>
internal sealed record ProductRelation(string Name) : RelationMap(Name)
{
    /// <summary>[N, D, …] each.</summary>
    public required (Tensor Queries, Tensor Keys) Operands { get; init; }

    /// <summary>What the products are multiplied with.</summary>
    public required double Factor { get; init; }

    public override bool IsNormalized => false;

    private protected override double[] RowOf(int batch, int head, int query) =>
        Dots(batch, Operands.Queries, query, Queries.Count, Operands.Keys, Keys.Count);

    private protected override double[] ColumnOf(int batch, int head, int key) =>
        Dots(batch, Operands.Keys, key, Keys.Count, Operands.Queries, Queries.Count);

    private protected override double Entry(int batch, int head, int query, int key)
    {
        int depth = Operands.Queries.Shape[1];
        return Factor * RelationNumbers.Dot(
            Operands.Queries, (batch * depth * Queries.Count) + query, Queries.Count, Operands.Keys, (batch * depth * Keys.Count) + key, Keys.Count, depth);
    }

    private double[] Dots(int batch, Tensor of, int place, int places, Tensor others, int count)
    {
        int depth = of.Shape[1];
        double[] dots = RelationNumbers.Dots(of, (batch * depth * places) + place, places, others, batch * depth * count, count, 1, depth, count);
        return Array.ConvertAll(dots, d => Factor * d);
    }
}
