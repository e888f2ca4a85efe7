using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// What U-Nets are made of: two 3×3 convolutions with batch norm and ReLU, then attention. Parameters: <c>conv1</c>, <c>bn1</c>, <c>conv2</c>,
/// <c>bn2</c>, <c>attention.*</c>.
/// </summary>
internal sealed class DoubleConvolution : Module
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Conv2d _conv2;
    private readonly BatchNorm2d _bn2;
    private readonly Module? _attention;

    /// <summary>Creates the block.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="channels">Channels of the output.</param>
    /// <param name="attention">Built for <paramref name="channels"/> channels; null for none.</param>
    public DoubleConvolution(int inChannels, int channels, Module? attention)
    {
        _conv1 = Register("conv1", new Conv2d(inChannels, channels, 3, padding: 1, bias: false));
        _bn1 = Register("bn1", new BatchNorm2d(channels));
        _conv2 = Register("conv2", new Conv2d(channels, channels, 3, padding: 1, bias: false));
        _bn2 = Register("bn2", new BatchNorm2d(channels));
        _attention = attention is null ? null : Register("attention", attention);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Tensor y = _bn1.CallFused(_conv1.Call(x), relu: true);
        y = _bn2.CallFused(_conv2.Call(y), relu: true);
        return _attention?.Call(y) ?? y;
    }
}
