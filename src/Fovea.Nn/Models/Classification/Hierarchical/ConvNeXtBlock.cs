using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// ConvNeXt's block: <c>y = x + attention(γ · W2 GELU(W1 LN(7×7 depthwise x)))</c>, where the norm and the linear maps see the channels of each position.
/// Parameters, as in torchvision: <c>block.0</c> (convolution), <c>block.2</c> (norm), <c>block.3</c>, <c>block.5</c> (linear), <c>layer_scale</c> [C, 1, 1],
/// and <c>attention.*</c>.
/// </summary>
internal sealed class ConvNeXtBlock : Module, IResidualBlock
{
    /// <summary>Added to the variances of the network's norms.</summary>
    public const double NormEpsilon = 1e-6;

    private const int Expansion = 4;
    private const double ScaleStart = 1e-6;
    private readonly Branch _branch;
    private readonly Tensor _scale;
    private readonly Module? _attention;
    private DropPath? _dropPath;

    /// <summary>Creates the block.</summary>
    /// <param name="channels">C.</param>
    /// <param name="attention">The mechanism of the slot; null for none.</param>
    public ConvNeXtBlock(int channels, Module? attention)
    {
        _scale = RegisterParameter("layer_scale", Tensor.Full([channels, 1, 1], ScaleStart));
        _branch = Register("block", new Branch(channels));
        _attention = attention is null ? null : Register("attention", attention);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Tensor y = _branch.Call(x) * _scale;
        y = _attention?.Call(y) ?? y;
        return x + (_dropPath?.Call(y) ?? y);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => _scale.Fill(ScaleStart);

    void IResidualBlock.SetDropPath(double rate) => _dropPath = rate > 0 ? Register("drop_path", new DropPath(rate)) : null;

    /// <summary>The block without scale and sum, under torchvision's numbers; the others are of steps without parameters.</summary>
    private sealed class Branch : Module
    {
        private readonly Conv2d _conv;
        private readonly LayerNorm _norm;
        private readonly Linear _expand;
        private readonly Linear _reduce;

        public Branch(int channels)
        {
            _conv = Register("0", new Conv2d(channels, channels, 7, padding: 3, groups: channels));
            _norm = Register("2", new LayerNorm([channels], NormEpsilon));
            _expand = Register("3", new Linear(channels, Expansion * channels));
            _reduce = Register("5", new Linear(Expansion * channels, channels));
        }

        protected override Tensor Forward(Tensor x)
        {
            Tensor tokens = _norm.Call(MapLayouts.ToTokens(_conv.Call(x)));
            return MapLayouts.ToMaps(_reduce.Call(_expand.Call(tokens).Gelu()), x.Shape[2], x.Shape[3]);
        }
    }
}
