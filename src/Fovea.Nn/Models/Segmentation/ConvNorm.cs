using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// A convolution without bias that keeps the map's size, batch norm, ReLU. Parameters are called as in mmcv's ConvModule, <c>conv</c> and
/// <c>bn</c>, unless other names are given.
/// </summary>
internal sealed class ConvNorm : Module
{
    /// <summary>The names in torchvision's sequences.</summary>
    public static readonly (string Conv, string Norm) Numbers = ("0", "1");

    private readonly Conv2d _conv;
    private readonly BatchNorm2d _norm;

    /// <summary>Creates the layer.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">Side of the kernel, odd.</param>
    /// <param name="dilation">Distance between the kernel's taps (default 1).</param>
    /// <param name="names">What the two parts are called.</param>
    public ConvNorm(int inChannels, int outChannels, int kernelSize, int dilation = 1, (string Conv, string Norm)? names = null)
    {
        (string conv, string norm) = names ?? ("conv", "bn");
        _conv = Register(conv, new Conv2d(inChannels, outChannels, kernelSize, padding: kernelSize / 2 * dilation, dilation: dilation, bias: false));
        _norm = Register(norm, new BatchNorm2d(outChannels));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => _norm.CallFused(_conv.Call(x), relu: true);
}
