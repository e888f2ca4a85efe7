namespace Fovea.Inspect;

/// <summary>What speaks for one class and against another: <c>s = y_a − y_b</c>. Of outputs [N, K].</summary>
/// <param name="Class">The class a, from 0.</param>
/// <param name="Against">The class b, from 0.</param>
public sealed record ClassDifferenceTarget(int Class, int Against) : ITarget
{
    /// <inheritdoc/>
    public Tensor Score(Tensor output) => new ClassTarget(Class).Score(output) - new ClassTarget(Against).Score(output);
}
