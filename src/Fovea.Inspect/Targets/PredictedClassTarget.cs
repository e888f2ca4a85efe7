namespace Fovea.Inspect;

/// <summary>The class that the model gives each picture: <c>s = max_c y_c</c>. Of outputs [N, K].</summary>
public sealed record PredictedClassTarget : ITarget
{
    /// <inheritdoc/>
    public Tensor Score(Tensor output) => FixedTarget.Score(this, output);

    /// <inheritdoc/>
    public ITarget Fix(Tensor output, int sample)
    {
        OutputShape.Check(nameof(PredictedClassTarget), output, 2);
        return new ClassTarget(OutputShape.Largest(output.Narrow(0, sample, 1)));
    }
}
