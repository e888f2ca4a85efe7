namespace Fovea.Inspect;

/// <summary>Targets that were decided by what the model gave for the pictures as they are, one a sample.</summary>
/// <param name="targets">One for each sample.</param>
internal sealed class FixedTarget(ITarget[] targets) : ITarget
{
    public static FixedTarget Of(ITarget target, Tensor output) => new([.. Enumerable.Range(0, output.Shape[0]).Select(i => target.Fix(output, i))]);

    /// <summary>The scores of a target that is another one for each sample.</summary>
    public static Tensor Score(ITarget target, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Of(target, output).Score(output);
    }

    public Tensor Score(Tensor output) => Tensor.Concat([.. targets.Select((t, i) => t.Score(output.Narrow(0, i, 1)))], 0);

    public ITarget Fix(Tensor output, int sample) => targets[sample];
}
