namespace Fovea.Inspect;

/// <summary>What a map is asked to explain: a number that a model's output holds for each sample, with its way back to the output.</summary>
public interface ITarget
{
    /// <summary>The score of each sample.</summary>
    /// <param name="output">What the model gave, its first axis the samples.</param>
    /// <returns>[N], made by ops, so that gradients flow back from it.</returns>
    /// <exception cref="ShapeException">The output holds no such thing.</exception>
    Tensor Score(Tensor output);
}
