namespace Fovea.Training;

/// <summary>
/// Focal loss: cross entropy that turns away from what is already right. With p the probability of the right class:
/// <c>−(1 − p)^γ · log p</c>, averaged over the labels that count (Lin et al., "Focal Loss for Dense Object Detection", 2017, for any number
/// of classes).
/// </summary>
public sealed class FocalLoss : Loss
{
    /// <summary>γ: 0 (cross entropy) or at least 1; default 2. Between 0 and 1 the gradient at p = 1 would be infinite.</summary>
    public double Gamma { get; init; } = 2;

    /// <summary>The label of places that do not count; default −100.</summary>
    public long IgnoreIndex { get; init; } = DefaultIgnoreIndex;

    /// <inheritdoc/>
    /// <exception cref="OptionException">γ is outside its range.</exception>
    public override Tensor Forward(Tensor logits, Tensor targets)
    {
        if (Gamma is not (0 or (>= 1 and <= 100)))
        {
            throw new OptionException("focal", $"expected γ of 0, or from 1 to 100, got {Gamma}.");
        }

        var dense = new DenseLabels("focal", logits, targets, IgnoreIndex);
        Tensor right = (dense.Flatten(logits).LogSoftmax(1) * dense.OneHot(logits.DType)).Sum([1]);
        Tensor losses = Gamma == 0 ? -right : -((1 - right.Exp()).Pow(Gamma) * right);

        // Places that do not count have p = e⁰ = 1, hence no loss and no gradient.
        return losses.Sum() * (1.0 / Math.Max(1, dense.Counted));
    }
}
