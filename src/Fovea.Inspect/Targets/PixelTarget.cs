namespace Fovea.Inspect;

/// <summary>The score of a class at one pixel of a segmentation: <c>s = y_c(y, x)</c>. Of outputs [N, K, H, W].</summary>
/// <param name="Y">The row, from 0.</param>
/// <param name="X">The column, from 0.</param>
/// <param name="Class">The class, from 0; null (the default) for the one that the model gives the pixel.</param>
public sealed record PixelTarget(int Y, int X, int? Class = null) : ITarget
{
    /// <inheritdoc/>
    public Tensor Score(Tensor output) => Class is { } known
        ? At(output, known).Narrow(1, known, 1).Reshape(output.Shape[0])
        : FixedTarget.Score(this, output);

    /// <inheritdoc/>
    public ITarget Fix(Tensor output, int sample) =>
        Class is null ? this with { Class = OutputShape.Largest(At(output, null).Narrow(0, sample, 1)) } : this;

    private Tensor At(Tensor output, int? known)
    {
        OutputShape.Check(nameof(PixelTarget), output, 4, known);
        return Y >= 0 && X >= 0 && Y < output.Shape[2] && X < output.Shape[3]
            ? output.Narrow(2, Y, 1).Narrow(3, X, 1)
            : throw new ShapeException(nameof(PixelTarget), $"an output with a pixel ({Y}, {X})", output.Shape.ToString(), "rows and columns count from 0");
    }
}
