namespace Fovea.Training;

/// <summary>
/// Binary cross entropy of each class against all others, from labels: <see cref="BinaryCrossEntropyLoss"/> with a target of 1 for the
/// label and 0 elsewhere, averaged over the classes and the places that count. Targets that are shares of classes are taken as they are.
/// </summary>
internal sealed class OneAgainstRestLoss : Loss
{
    // Where the logits are taken for this and the target is 0, neither loss nor gradient is left: log(1 + e⁻⁴⁰) < 10⁻¹⁷.
    private const double Certain = -40;
    private readonly BinaryCrossEntropyLoss _loss = new();

    /// <inheritdoc/>
    public override Tensor Forward(Tensor logits, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.DType.IsFloating())
        {
            return _loss.Forward(logits, targets);
        }

        var dense = new DenseLabels("bce", logits, targets, DefaultIgnoreIndex);
        Tensor truth = dense.OneHot(logits.DType);
        if (dense.Counted == targets.Elements)
        {
            return _loss.Forward(dense.Flatten(logits), truth);
        }

        Tensor mask = dense.Mask(logits.DType);
        Tensor kept = dense.Flatten(logits) * mask + (1 - mask) * Certain;
        return _loss.Forward(kept, truth) * ((double)targets.Elements / Math.Max(1, dense.Counted));
    }
}
