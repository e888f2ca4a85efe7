namespace Fovea.Attention;

/// <summary><c>factor · q kᵀ</c> of maps [N, D, …], without a softmax.</summary>
internal sealed record ProductRelation(string Name) : RelationMap(Name)
{
    /// <summary>[N, D, …] each.</summary>
    public required (Tensor Queries, Tensor Keys) Operands { get; init; }

    /// <summary>What the products are multiplied with.</summary>
    public required double Factor { get; init; }

    public override bool IsNormalized => false;

    private protected override double Entry(int batch, int head, int query, int key)
    {
        int depth = Operands.Queries.Shape[1];
        return Factor * RelationNumbers.Dot(
            Operands.Queries, (batch * depth * Queries.Count) + query, Queries.Count, Operands.Keys, (batch * depth * Keys.Count) + key, Keys.Count, depth);
    }
}
