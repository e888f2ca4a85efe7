namespace Fovea.Layers;

/// <summary>
/// Layer normalisation (Ba et al. 2016): <c>y = (x − mean) / √(var + eps) · weight + bias</c> over the last axes, with the biased
/// variance. Shapes: <c>[…, normalizedShape] → same</c>. Parameters: <c>weight</c> (ones) and <c>bias</c> (zeros) of that shape.
/// </summary>
public sealed class LayerNorm : Module
{
    /// <summary>Creates the layer.</summary>
    /// <param name="normalizedShape">The lengths of the last axes, over which it normalises.</param>
    /// <param name="epsilon">Added to the variance (default 1e-5).</param>
    /// <param name="affine">Whether there are weight and bias (default true).</param>
    public LayerNorm(Shape normalizedShape, double epsilon = 1e-5, bool affine = true)
    {
        NormalizedShape = normalizedShape;
        Epsilon = epsilon;
        if (affine)
        {
            Weight = RegisterParameter("weight", Tensor.Ones(normalizedShape));
            Bias = RegisterParameter("bias", Tensor.Zeros(normalizedShape));
        }
    }

    /// <summary>The lengths of the axes that are normalised.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The scale, or null.</summary>
    public Tensor? Weight { get; }

    /// <summary>The shift, or null.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.LayerNorm(NormalizedShape, Weight, Bias, Epsilon);

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        Weight?.Fill(1);
        Bias?.Fill(0);
    }
}
