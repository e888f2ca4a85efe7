namespace Fovea.Layers;

/// <summary>
/// A linear map of the last axis: <c>y = x Wᵀ + b</c>. Shapes: <c>[…, in] → […, out]</c>. Parameters: <c>weight</c> [out, in],
/// <c>bias</c> [out]; both start uniform in ±1/√in.
/// </summary>
public sealed class Linear : Module
{
    /// <summary>Creates the layer.</summary>
    /// <param name="inFeatures">Length of the last axis of the input, at least 1.</param>
    /// <param name="outFeatures">Length of the last axis of the output, at least 1.</param>
    /// <param name="bias">Whether there is a bias (default true).</param>
    public Linear(int inFeatures, int outFeatures, bool bias = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inFeatures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outFeatures, 1);
        InFeatures = inFeatures;
        OutFeatures = outFeatures;
        Weight = RegisterParameter("weight", Tensor.Empty([outFeatures, inFeatures]));
        Bias = bias ? RegisterParameter("bias", Tensor.Empty([outFeatures])) : null;
        ResetUnlessDeferred();
    }

    /// <summary>Length of the last axis of the input.</summary>
    public int InFeatures { get; }

    /// <summary>Length of the last axis of the output.</summary>
    public int OutFeatures { get; }

    /// <summary>[out, in].</summary>
    public Tensor Weight { get; }

    /// <summary>[out], or null.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => x.Linear(Weight, Bias);

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        Initialization.FanInUniform(Weight, InFeatures, generator);
        if (Bias is not null)
        {
            Initialization.FanInUniform(Bias, InFeatures, generator);
        }
    }
}
