namespace Fovea.Attention;

/// <summary>How much each target takes from each source, by the over-completed map of whichever of the two owns it.</summary>
internal sealed record PointwiseRelation(string Name) : RelationMap(Name)
{
    /// <summary>[N, mh·mw, H, W].</summary>
    public required Tensor Logits { get; init; }

    /// <summary>[3, N, H, W]: maximum, one over the sum, the weight of a source outside the window.</summary>
    public required Tensor Statistics { get; init; }

    /// <summary>The rules; the scale is not part of the relation.</summary>
    public required PointwiseRules Rules { get; init; }

    public override bool IsNormalized => Rules.Softmax;

    public static PointwiseRelation Of(string name, Tensor logits, Tensor statistics, PointwiseRules rules)
    {
        RelationGrid grid = RelationGrid.OfMaps(logits);
        return new(name)
        {
            Batch = logits.Shape[0],
            Heads = 1,
            Queries = grid,
            Keys = grid,
            Logits = AttentionRecorder.Share(logits),
            Statistics = AttentionRecorder.Share(statistics),
            Rules = rules,
        };
    }

    private protected override IEnumerable<Tensor?> Held => [Logits, Statistics];

    private protected override double Entry(int batch, int head, int query, int key)
    {
        (int owner, int other) = Rules.Distribute ? (key, query) : (query, key);
        int width = Queries.Axes[1];
        int dy = (other / width) - (owner / width) + (Rules.Mask.Height / 2);
        int dx = (other % width) - (owner % width) + (Rules.Mask.Width / 2);
        int target = (batch * Queries.Count) + query;
        int targets = Statistics.Elements / 3;
        if (dy < 0 || dx < 0 || dy >= Rules.Mask.Height || dx >= Rules.Mask.Width)
        {
            return RelationNumbers.At(Statistics, (2 * targets) + target);
        }

        int cell = (batch * Logits.Shape[1]) + (dy * Rules.Mask.Width) + dx;
        double logit = RelationNumbers.At(Logits, (cell * Queries.Count) + owner);
        return Rules.Softmax
            ? Math.Exp(logit - RelationNumbers.At(Statistics, target)) * RelationNumbers.At(Statistics, targets + target)
            : logit;
    }
}
