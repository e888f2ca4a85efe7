using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// The Swin Transformer (Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", 2021): a stem of 4×4 patches with a norm, stages of
/// blocks that attend inside windows, between them four neighbours merged to one place; norm, global average pooling, linear layer. Names are torchvision's:
/// <c>features.*</c>, <c>norm</c>, <c>head</c>. Attention goes into the blocks (<c>features.1.0</c>), on the MLP's branch before the sum, and behind the stages
/// (<c>stage1</c>). Images of any size are taken: maps are padded to whole windows.
/// </summary>
internal sealed class SwinTransformer : Module
{
    private const string Name = "swin";
    private const double NormEpsilon = 1e-5;
    private const int Least = 4;
    private readonly int _inChannels;
    private readonly Sequential _features;
    private readonly ChannelNorm _norm;
    private readonly Linear _head;

    /// <summary>Creates the network.</summary>
    /// <param name="width">Channels of the first stage; each next one has twice as many.</param>
    /// <param name="depths">Blocks of each stage.</param>
    /// <param name="heads">Heads of each stage.</param>
    /// <param name="window">Side of a window.</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">The attention does not fit.</exception>
    public SwinTransformer(int width, IReadOnlyList<int> depths, IReadOnlyList<int> heads, int window, ModelOptions options)
    {
        _inChannels = options.InChannels;
        int[] widths = [.. depths.Select((_, stage) => width << stage)];
        var stem = new Sequential([("0", new Conv2d(options.InChannels, width, 4, 4)), ("2", new ChannelNorm(width, NormEpsilon))]);
        _features = Register("features", HierarchicalStages.Build(
            Name, options, widths, depths, stem,
            (stage, i, attention) => new SwinBlock(widths[stage - 1], heads[stage - 1], window, isShifted: i % 2 == 1, attention),
            static (from, to) => new PatchMerging(from, to), roundsUp: true));
        _norm = Register("norm", new ChannelNorm(widths[^1], NormEpsilon));
        _head = Register("head", new Linear(widths[^1], options.Classes));
        ResetUnlessDeferred();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps(Name, x, _inChannels);
        return x.Shape[2] >= Least && x.Shape[3] >= Least
            ? _head.Call(_norm.Call(_features.Call(x)).GlobalAvgPool())
            : throw new ShapeException(Name, $"[N, {_inChannels}, H, W] with H and W at least {Least}", x.Shape.ToString(), "it is cut into patches of 4×4; resize the images");
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => HierarchicalStages.Draw(this, generator);

    /// <summary>
    /// Four neighbours as one place: their channels beside each other (row by row within a column), norm, linear map. Shapes:
    /// <c>[N, C, H, W] → [N, 2C, ⌈H/2⌉, ⌈W/2⌉]</c>. Parameters: <c>norm</c>, <c>reduction.weight</c>.
    /// </summary>
    private sealed class PatchMerging : Module
    {
        private readonly LayerNorm _norm;
        private readonly Linear _reduction;

        public PatchMerging(int channels, int outChannels)
        {
            _norm = Register("norm", new LayerNorm([4 * channels], NormEpsilon));
            _reduction = Register("reduction", new Linear(4 * channels, outChannels, bias: false));
        }

        protected override Tensor Forward(Tensor x)
        {
            int channels = x.Shape[1];
            Size2 size = new Size2(x.Shape[2], x.Shape[3]).Over(2);
            (int below, int right) = ((2 * size.Height) - x.Shape[2], (2 * size.Width) - x.Shape[3]);
            x = below + right > 0 ? x.Pad((0, 0), (0, 0), (0, below), (0, right)) : x;
            x = x.Reshape(-1, channels, size.Height, 2, size.Width, 2).Permute(0, 2, 4, 5, 3, 1).Reshape(-1, size.Height * size.Width, 4 * channels);
            return MapLayouts.ToMaps(_reduction.Call(_norm.Call(x)), size.Height, size.Width);
        }
    }
}
