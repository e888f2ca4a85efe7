namespace Fovea.Layers;

/// <summary>
/// The spatial gate that CBAM introduced: <c>σ(conv k×k([mean_C; max_C]))</c>, optionally with batch norm before the sigmoid. Shapes:
/// <c>x: [N, C, H, W] → gate: [N, 1, H, W]</c>. Parameters: <c>conv</c>, and <c>bn</c> with batch norm.
/// </summary>
public sealed class PooledConvGate : Module
{
    private readonly bool _meanFirst;
    private readonly Conv2d _conv;
    private readonly BatchNorm2d? _bn;

    /// <summary>Creates the gate.</summary>
    /// <param name="kernelSize">k, odd, so that the map keeps its size.</param>
    /// <param name="bias">Whether the convolution has a bias.</param>
    /// <param name="batchNorm">Whether batch norm follows the convolution.</param>
    /// <param name="poolOrder"><c>mean-max</c>, or <c>max-mean</c> as in CBAM's official code.</param>
    /// <exception cref="OptionException">The kernel's side is even.</exception>
    public PooledConvGate(int kernelSize, bool bias, bool batchNorm, string poolOrder)
    {
        if (kernelSize % 2 == 0)
        {
            throw new OptionException("spatial", $"kernelSize: expected an odd number, so that the map keeps its size, got {kernelSize}; the usual ones are 3 and 7.");
        }

        _meanFirst = poolOrder == "mean-max";
        _conv = Register("conv", new Conv2d(2, 1, kernelSize, padding: kernelSize / 2, bias: bias));
        _bn = batchNorm ? Register("bn", new BatchNorm2d(1, momentum: 0.01)) : null;
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Tensor mean = x.Mean([1], keepDim: true);
        Tensor max = x.Max(1, keepDim: true);
        Tensor pooled = _meanFirst ? Tensor.Concat([mean, max], 1) : Tensor.Concat([max, mean], 1);
        Tensor logits = _conv.Call(pooled);
        return (_bn is null ? logits : _bn.Call(logits)).Sigmoid();
    }
}
