namespace Fovea.Inspect;

/// <summary>The score of one class, before any softmax: <c>s = y_c</c>. Of outputs [N, K].</summary>
/// <param name="Class">The class, from 0.</param>
public sealed record ClassTarget(int Class) : ITarget
{
    /// <inheritdoc/>
    public Tensor Score(Tensor output)
    {
        OutputShape.Check(nameof(ClassTarget), output, 2, Class);
        return output.Narrow(1, Class, 1).Reshape(output.Shape[0]);
    }
}
