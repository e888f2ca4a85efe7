namespace Fovea.Training;

/// <summary>
/// Cross entropy between the softmax of the logits and the targets: <c>−Σ_c t_c · log softmax(x)_c</c>, averaged as PyTorch's
/// <c>CrossEntropyLoss</c> does: by the weights of the labels, or by the number of rows for targets that are probabilities. Where no label
/// counts it is 0.
/// </summary>
public sealed class CrossEntropyLoss : Loss
{
    private Tensor? _weights;

    /// <summary>Probability that is spread over all classes, in [0, 1); default 0 (Szegedy et al. 2016).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>A factor for each class; null (the default) weighs all alike.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>The label of places that do not count; default −100.</summary>
    public long IgnoreIndex { get; init; } = DefaultIgnoreIndex;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor logits, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (ClassWeights is not null && _weights?.DType != logits.DType)
        {
            _weights?.Dispose();
            using Tensor weights = TensorScope.Detach(Tensor.From([.. ClassWeights]));
            _weights = TensorScope.Detach(Tensor.Empty(weights.Shape, logits.DType));
            _weights.CopyFrom(weights);
        }

        return logits.CrossEntropy(targets, _weights, LabelSmoothing, IgnoreIndex);
    }
}
