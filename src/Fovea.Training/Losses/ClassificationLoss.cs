namespace Fovea.Training;

/// <summary>What a classifier's outputs cost: a scalar to pass back.</summary>
public abstract class ClassificationLoss
{
    /// <summary>The mean loss of a batch.</summary>
    /// <param name="logits">What the model gave: [N, classes].</param>
    /// <param name="targets">The right classes, int64 [N]; or, for losses that take mixtures, probabilities of the logits' type, [N, classes].</param>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    public abstract Tensor Forward(Tensor logits, Tensor targets);
}
