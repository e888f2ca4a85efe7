namespace Fovea.Attention;

/// <summary><c>factor · ReLU(a_i + b_j)</c>.</summary>
internal sealed record SumRelation(string Name) : RelationMap(Name)
{
    /// <summary>a [N, queries] and b [N, keys].</summary>
    public required (Tensor Queries, Tensor Keys) Operands { get; init; }

    /// <summary>What the rectified sums are multiplied with.</summary>
    public required double Factor { get; init; }

    public override bool IsNormalized => false;

    private protected override IEnumerable<Tensor?> Held => [Operands.Queries, Operands.Keys];

    private protected override double Entry(int batch, int head, int query, int key) => Factor * Math.Max(
        0, RelationNumbers.At(Operands.Queries, (batch * Queries.Count) + query) + RelationNumbers.At(Operands.Keys, (batch * Keys.Count) + key));
}
