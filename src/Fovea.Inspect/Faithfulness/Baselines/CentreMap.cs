namespace Fovea.Inspect;

/// <summary>
/// A Gaussian in the middle of the picture, whatever is in it: photographers put things there. <c>exp(−(u² + v²) / (2 · 0.25²))</c>, u and v from −½ to ½ over
/// width and height.
/// </summary>
public sealed class CentreMap : IMapMethod
{
    private const double Deviation = 0.25;

    /// <inheritdoc/>
    public string Name => "centre";

    /// <inheritdoc/>
    public IReadOnlyList<ScalarMap> Explain(
        Module model, Tensor images, ITarget target, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        cancellation.ThrowIfCancellationRequested();
        (int height, int width) = (images.Shape[2], images.Shape[3]);
        float[] values = new float[height * width];
        for (int i = 0; i < values.Length; i++)
        {
            (int y, int x) = Math.DivRem(i, width);
            double v = (y + 0.5) / height - 0.5, u = (x + 0.5) / width - 0.5;
            values[i] = (float)Math.Exp(-(u * u + v * v) / (2 * Deviation * Deviation));
        }

        return [.. Enumerable.Range(0, images.Shape[0]).Select(_ => new ScalarMap(Name, "picture", height, width, [.. values]))];
    }
}
