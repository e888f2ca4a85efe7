using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// ConvNeXt (Liu et al., "A ConvNet for the 2020s", 2022): a stem of 4×4 patches with a norm over the channels, stages of depthwise 7×7 blocks with a norm and a
/// 2×2 convolution between them, global average pooling, norm, linear layer. Names are torchvision's: <c>features.*</c>, <c>classifier.{0,2}</c>. Attention goes
/// into the blocks (<c>features.1.0</c>), on the scaled branch before the sum, and behind the stages (<c>stage1</c>).
/// </summary>
internal sealed class ConvNeXt : Module
{
    private const string Name = "convnext";
    private const int Least = 32;
    private readonly int _inChannels;
    private readonly Sequential _features;
    private readonly Classifier _classifier;

    /// <summary>Creates the network.</summary>
    /// <param name="widths">Channels of each stage.</param>
    /// <param name="depths">Blocks of each stage.</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">The attention does not fit.</exception>
    public ConvNeXt(IReadOnlyList<int> widths, IReadOnlyList<int> depths, ModelOptions options)
    {
        _inChannels = options.InChannels;
        var stem = new Sequential(new Conv2d(options.InChannels, widths[0], 4, 4), new ChannelNorm(widths[0], ConvNeXtBlock.NormEpsilon));
        _features = Register("features", HierarchicalStages.Build(
            Name, options, widths, depths, stem, (stage, _, attention) => new ConvNeXtBlock(widths[stage - 1], attention),
            static (from, to) => new Sequential(new ChannelNorm(from, ConvNeXtBlock.NormEpsilon), new Conv2d(from, to, 2, 2)), roundsUp: false));
        _classifier = Register("classifier", new Classifier(widths[^1], options.Classes));
        ResetUnlessDeferred();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps(Name, x, _inChannels);
        return x.Shape[2] >= Least && x.Shape[3] >= Least
            ? _classifier.Call(_features.Call(x).GlobalAvgPool())
            : throw new ShapeException(Name, $"[N, {_inChannels}, H, W] with H and W at least {Least}", x.Shape.ToString(), "patches of 4×4 are halved three times; resize the images");
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => HierarchicalStages.Draw(this, generator);

    /// <summary>Norm and linear layer; torchvision's number 1 is of a step without parameters.</summary>
    private sealed class Classifier : Module
    {
        private readonly LayerNorm _norm;
        private readonly Linear _linear;

        public Classifier(int channels, int classes)
        {
            _norm = Register("0", new LayerNorm([channels], ConvNeXtBlock.NormEpsilon));
            _linear = Register("2", new Linear(channels, classes));
        }

        protected override Tensor Forward(Tensor x) => _linear.Call(_norm.Call(x));
    }
}
