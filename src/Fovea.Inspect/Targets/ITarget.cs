namespace Fovea.Inspect;

/// <summary>What a map is asked to explain: a number that a model's output holds for each sample, with its way back to the output.</summary>
public interface ITarget
{
    /// <summary>The score of each sample.</summary>
    /// <param name="output">What the model gave, its first axis the samples.</param>
    /// <returns>[N], made by ops, so that gradients flow back from it.</returns>
    /// <exception cref="ShapeException">The output holds no such thing.</exception>
    Tensor Score(Tensor output);

    /// <summary>
    /// The target of one sample alone, for outputs of any number of pictures made from it: what the target reads from the output, such as the
    /// predicted class, is that of the picture as it was, whatever becomes of it. The default is the target itself, which reads nothing.
    /// </summary>
    /// <param name="output">What the model gave for the pictures as they were.</param>
    /// <param name="sample">The sample, from 0.</param>
    /// <exception cref="ShapeException">The output holds no such thing.</exception>
    ITarget Fix(Tensor output, int sample) => this;
}
