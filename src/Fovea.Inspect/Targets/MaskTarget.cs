namespace Fovea.Inspect;

/// <summary>
/// The mean score of a class over the pixels of a mask of a segmentation: <c>s = Σ_p m_p · y_c(p) / Σ_p m_p</c>. Of outputs [N, K, H, W].
/// <para>Source: Vinogradova et al., "Towards Interpretable Semantic Segmentation via Gradient-Weighted Class Activation Mapping", 2020, whose
/// sum over pixels is a mean here, so that the size of the mask does not matter.</para>
/// </summary>
/// <param name="mask">The weight of each pixel, row by row, of the size of the output; at least one of them positive, none negative.</param>
/// <param name="height">Rows of the mask.</param>
/// <param name="width">Columns of the mask.</param>
/// <param name="classIndex">The class, from 0; null (the default) for the one whose mean score in the mask is the largest.</param>
public sealed class MaskTarget(float[] mask, int height, int width, int? classIndex = null) : ITarget
{
    private readonly float[] _weights = Normalized(mask, height, width);

    /// <inheritdoc/>
    public Tensor Score(Tensor output) => classIndex is { } known
        ? Means(output, known).Narrow(1, known, 1).Reshape(output.Shape[0])
        : FixedTarget.Score(this, output);

    /// <inheritdoc/>
    public ITarget Fix(Tensor output, int sample) =>
        classIndex is null ? new MaskTarget(mask, height, width, OutputShape.Largest(Means(output, null).Narrow(0, sample, 1))) : this;

    private Tensor Means(Tensor output, int? known)
    {
        OutputShape.Check(nameof(MaskTarget), output, 4, known);
        if ((output.Shape[2], output.Shape[3]) != (height, width))
        {
            throw new ShapeException(nameof(MaskTarget), $"an output [N, K, {height}, {width}], as the mask is", output.Shape.ToString());
        }

        Tensor weights = Tensor.From(_weights, [1, 1, height, width]).To(output.DType);
        return (output * weights).Sum([2, 3]);
    }

    private static float[] Normalized(float[] mask, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(mask);
        double sum = mask.Sum(static v => (double)v);
        return mask.Length == height * width && sum > 0 && mask.All(static v => v >= 0)
            ? Array.ConvertAll(mask, v => (float)(v / sum))
            : throw new ArgumentException(
                $"{nameof(MaskTarget)}: expected {height}·{width} weights of at least 0 that are not all 0, got {mask.Length} of the sum {sum}.", nameof(mask));
    }
}
