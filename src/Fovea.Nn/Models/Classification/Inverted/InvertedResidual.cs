using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>The numbers of an inverted residual block.</summary>
/// <param name="Input">Channels of the input.</param>
/// <param name="Expanded">Channels inside; as many as of the input leave the first convolution out.</param>
/// <param name="Output">Channels of the output.</param>
/// <param name="Kernel">Side of the depthwise kernel.</param>
/// <param name="Stride">Stride of the depthwise convolution.</param>
/// <param name="Function">The function behind the first two convolutions.</param>
/// <param name="Squeezed">Channels inside the block's squeeze-and-excitation; 0 for a block without it.</param>
internal sealed record InvertedBlock(int Input, int Expanded, int Output, int Kernel, int Stride, MapFunction Function, int Squeezed);

/// <summary>
/// MobileNetV2's block with squeeze-and-excitation: <c>y = x + attention(BN(1×1 SE(f(BN(k×k depthwise f(BN(1×1 x)))))))</c>, the sum where neither size nor
/// channels change. Parameters, as in torchvision: <c>block.i.{0,1}</c>, <c>block.i.fc{1,2}</c>, beside them <c>attention.*</c>.
/// </summary>
internal sealed class InvertedResidual : Module, IResidualBlock
{
    private readonly Sequential _block;
    private readonly Module? _attention;
    private readonly bool _joins;
    private DropPath? _dropPath;

    /// <summary>Creates the block.</summary>
    /// <param name="numbers">Its numbers.</param>
    /// <param name="norm">Numbers of its norms.</param>
    /// <param name="squeeze">Makes the squeeze-and-excitation for channels and channels inside.</param>
    /// <param name="attention">The mechanism of the slot, built for the output's channels; null for none.</param>
    public InvertedResidual(InvertedBlock numbers, NormNumbers norm, Func<int, int, Module> squeeze, Module? attention)
    {
        (int expanded, MapFunction f) = (numbers.Expanded, numbers.Function);
        var parts = new List<Module>();
        if (expanded != numbers.Input)
        {
            parts.Add(new ConvNormActivation(numbers.Input, expanded, 1, f, norm));
        }

        parts.Add(new ConvNormActivation(expanded, expanded, numbers.Kernel, f, norm, numbers.Stride, groups: expanded));
        if (numbers.Squeezed > 0)
        {
            parts.Add(squeeze(expanded, numbers.Squeezed));
        }

        parts.Add(new ConvNormActivation(expanded, numbers.Output, 1, MapFunction.None, norm));
        _block = Register("block", new Sequential([.. parts]));
        _attention = attention is null ? null : Register("attention", attention);
        _joins = numbers.Stride == 1 && numbers.Input == numbers.Output;
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Tensor y = _block.Call(x);
        y = _attention?.Call(y) ?? y;
        return _joins ? x + (_dropPath?.Call(y) ?? y) : y;
    }

    // A block without a sum cannot be passed by.
    void IResidualBlock.SetDropPath(double rate) => _dropPath = rate > 0 && _joins ? Register("drop_path", new DropPath(rate)) : null;
}
