namespace Fovea.Training;

/// <summary>
/// What a retrieval network is taught with, from outputs [N, D + classes]: losses of distances on the first D columns, the features, and losses of
/// classes on the others, the logits; their weighted sum.
/// </summary>
/// <param name="size">D.</param>
/// <param name="parts">The losses with their weights.</param>
internal sealed class RetrievalLoss(int size, IReadOnlyList<(double Weight, Loss Loss)> parts) : Loss
{
    /// <exception cref="ShapeException">There are no logits behind the features.</exception>
    public override Tensor Forward(Tensor logits, Tensor targets)
    {
        if (logits.Rank != 2 || logits.Shape[1] <= size)
        {
            throw new ShapeException("retrieval", $"features and logits [N, more than {size}]", logits.Shape.ToString(), "a network gives both in training mode");
        }

        (Tensor features, Tensor classes) = (logits.Narrow(1, 0, size), logits.Narrow(1, size, logits.Shape[1] - size));
        return parts.Select(p => p.Loss.Forward(p.Loss is TripletLoss ? features : classes, targets) * p.Weight).Aggregate(static (sum, part) => sum + part);
    }
}
