namespace Fovea.Training;

/// <summary>
/// Binary cross entropy between the sigmoid of each logit and its target: <c>−p·t·log σ(x) − (1 − t)·log(1 − σ(x))</c>, averaged over all
/// of them, as PyTorch's <c>BCEWithLogitsLoss</c>. Targets are numbers from 0 to 1 of the logits' shape and type.
/// </summary>
public sealed class BinaryCrossEntropyLoss : Loss
{
    /// <summary>p, a factor for the positive targets, above 0; default 1.</summary>
    public double PositiveWeight { get; init; } = 1;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor logits, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(logits);
        Tensor? weight = PositiveWeight == 1 ? null : Tensor.Scalar(PositiveWeight, logits.DType);
        return logits.BceWithLogits(targets, weight);
    }
}
