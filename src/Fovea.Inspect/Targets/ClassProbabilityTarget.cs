namespace Fovea.Inspect;

/// <summary>The probability of a class by the softmax over a classifier's outputs: <c>s = e^(y_c) / Σ_k e^(y_k)</c>. Of outputs [N, K]: what curves are drawn of.</summary>
/// <param name="Class">The class, from 0.</param>
public sealed record ClassProbabilityTarget(int Class) : ITarget
{
    /// <inheritdoc/>
    public Tensor Score(Tensor output)
    {
        OutputShape.Check(nameof(ClassProbabilityTarget), output, 2, Class);
        return output.Softmax(1).Narrow(1, Class, 1).Reshape(output.Shape[0]);
    }
}
