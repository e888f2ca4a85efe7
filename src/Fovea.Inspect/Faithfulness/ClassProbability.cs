namespace Fovea.Inspect;

/// <summary>The probability of a class by the softmax over a classifier's outputs: what curves are drawn of.</summary>
/// <param name="label">The class, from 0.</param>
public sealed class ClassProbability(int label) : ITarget
{
    /// <inheritdoc/>
    public Tensor Score(Tensor output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return output.Rank == 2 && label >= 0 && label < output.Shape[1]
            ? output.Softmax(1).Narrow(1, label, 1).Reshape(output.Shape[0])
            : throw new ShapeException("class probability", $"an output [N, classes] with a class {label}", output.Shape.ToString());
    }
}
