namespace Fovea.Training;

/// <summary>What a model's outputs cost: a scalar to pass back. Classifiers give [N, C], segmentation models [N, C, H, W].</summary>
public abstract class Loss
{
    /// <summary>The label of places that do not count, where a loss is not told another (PyTorch's default).</summary>
    public const long DefaultIgnoreIndex = -100;

    /// <summary>The loss of a batch. One in which no label counts costs 0 and has the gradient 0.</summary>
    /// <param name="logits">What the model gave, before any softmax or sigmoid: [N, C] or [N, C, …].</param>
    /// <param name="targets">What is right: int64 labels [N] or [N, …]; some losses take numbers of the logits' shape and type as well.</param>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    public abstract Tensor Forward(Tensor logits, Tensor targets);
}
