namespace Fovea.Training;

/// <summary>
/// Batch-hard triplet loss: pictures of one identity are to lie nearer to each other than to all others by a margin. For each picture a of a batch
/// <c>max(0, margin + max_p ‖f_a − f_p‖ − min_n ‖f_a − f_n‖)</c> over the others p of its identity and the n of all other identities; the mean
/// over the pictures that have both. Distances are Euclidean and at least 1e-6, below which nothing flows back.
/// <para>Source: Hermans et al., "In Defense of the Triplet Loss for Person Re-Identification", 2017.</para>
/// </summary>
public sealed class TripletLoss : Loss
{
    private const double LeastSquare = 1e-12;

    /// <summary>How much nearer, at least 0; default 0.3.</summary>
    public double Margin { get; init; } = 0.3;

    /// <summary>The loss of features [N, D] and the identities int64 [N]; one whose identity is below 0 does not count.</summary>
    /// <param name="logits">The features.</param>
    /// <param name="targets">The identities.</param>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    public override Tensor Forward(Tensor logits, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(targets);
        if (logits.Rank != 2 || targets.Rank != 1 || targets.Shape[0] != logits.Shape[0])
        {
            throw new ShapeException("triplet", "features [N, D] and identities [N]", $"{logits.Shape} and {targets.Shape}");
        }

        (long[] anchors, long[] positives, long[] negatives) = Hardest(new Distances(logits), targets.ToArray<long>());
        if (anchors.Length == 0)
        {
            return (logits * 0).Sum();
        }

        Tensor anchor = logits.IndexSelect(0, Tensor.From(anchors));
        Tensor toOwn = Distance(anchor, logits.IndexSelect(0, Tensor.From(positives)));
        Tensor toOther = Distance(anchor, logits.IndexSelect(0, Tensor.From(negatives)));
        return (toOwn - toOther + Margin).Relu().Mean();
    }

    private static Tensor Distance(Tensor a, Tensor b) => (a - b).Square().Sum([1]).Clamp(min: LeastSquare).Sqrt();

    // Which pairs are the hardest is no matter of gradients.
    private static (long[] Anchors, long[] Positives, long[] Negatives) Hardest(Distances distances, long[] labels)
    {
        var found = new List<(long Anchor, long Positive, long Negative)>();
        for (int a = 0; a < labels.Length; a++)
        {
            int positive = -1, negative = -1;
            for (int other = 0; other < labels.Length && labels[a] >= 0; other++)
            {
                if (other == a || labels[other] < 0)
                {
                    continue;
                }

                if (labels[other] != labels[a])
                {
                    negative = negative < 0 || distances.Square(a, other) < distances.Square(a, negative) ? other : negative;
                }
                else
                {
                    positive = positive < 0 || distances.Square(a, other) > distances.Square(a, positive) ? other : positive;
                }
            }

            if (positive >= 0 && negative >= 0)
            {
                found.Add((a, positive, negative));
            }
        }

        return ([.. found.Select(t => t.Anchor)], [.. found.Select(t => t.Positive)], [.. found.Select(t => t.Negative)]);
    }
}
