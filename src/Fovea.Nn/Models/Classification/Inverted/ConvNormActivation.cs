using Fovea.Layers;

namespace Fovea.Models;

/// <summary>The function behind a convolution and its norm.</summary>
internal enum MapFunction
{
    /// <summary>None.</summary>
    None,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
    HardSwish,

    /// <summary>x / (1 + e^−x).</summary>
    Silu,
}

/// <summary>The numbers of batch norms.</summary>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Momentum">Share of the batch in the running statistics.</param>
internal sealed record NormNumbers(double Epsilon = 1e-5, double Momentum = 0.1);

/// <summary>
/// A convolution without bias whose map is smaller by its stride alone, batch norm, a function: <c>0</c> and <c>1</c> in torchvision's sequences.
/// </summary>
internal sealed class ConvNormActivation : Module
{
    private readonly MapFunction _function;
    private readonly Conv2d _conv;
    private readonly BatchNorm2d _norm;

    /// <summary>Creates the layer.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">Side of the kernel, odd.</param>
    /// <param name="function">The function.</param>
    /// <param name="norm">Numbers of the norm.</param>
    /// <param name="stride">Step between positions (default 1).</param>
    /// <param name="groups">Groups of channels that do not mix (default 1).</param>
    public ConvNormActivation(int inChannels, int outChannels, int kernelSize, MapFunction function, NormNumbers norm, int stride = 1, int groups = 1)
    {
        _function = function;
        _conv = Register("0", new Conv2d(inChannels, outChannels, kernelSize, stride, kernelSize / 2, groups: groups, bias: false));
        _norm = Register("1", new BatchNorm2d(outChannels, norm.Epsilon, norm.Momentum));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Tensor y = _norm.CallFused(_conv.Call(x), relu: _function == MapFunction.Relu);
        return _function switch
        {
            MapFunction.HardSwish => y.HardSwish(),
            MapFunction.Silu => y.Silu(),
            _ => y,
        };
    }
}
