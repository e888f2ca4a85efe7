namespace Fovea.Inspect;

/// <summary>A target of outputs of a mirrored or scaled picture: those that are grids are turned back and brought to the size they had.</summary>
/// <param name="target">The target of the picture as it was.</param>
/// <param name="mirrored">Whether the picture was mirrored.</param>
/// <param name="size">The size that outputs had; null where they are no grids.</param>
internal sealed class RestoredTarget(ITarget target, bool mirrored, Size2? size) : ITarget
{
    public Tensor Score(Tensor output) => target.Score(Restored(output));

    public ITarget Fix(Tensor output, int sample) => new RestoredTarget(target.Fix(Restored(output), sample), mirrored, size);

    private Tensor Restored(Tensor output)
    {
        if (size is not { } original)
        {
            return output;
        }

        Tensor turned = mirrored ? output.Flip(3) : output;
        return (turned.Shape[2], turned.Shape[3]) == (original.Height, original.Width) ? turned : turned.UpsampleBilinear2d(original);
    }
}
