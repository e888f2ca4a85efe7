using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// The short form of point-wise spatial attention that circulates in tutorials: one softmax over positions, one over channels, and
/// their product read back as a map.
/// <para>Formula: <c>r = 1×1(x)</c> with C' channels, <c>A = softmax_N(1×1 r)</c>, <c>D = softmax_C'(1×1 r)</c>, both [C', N];
/// <c>y = r + (A · Dᵀ)</c> with the C'×C' product read back as [C', H, W].</para>
/// <para>Shapes: <c>x: [B, C, H, W] → [B, C', H, W]</c>; the reading back needs <c>C' = H·W</c>. Parameters: <c>conv_reduce</c>,
/// <c>collect</c>, <c>distribute</c>.</para>
/// <para>Source: popular tutorials, after Zhao et al., "PSANet: Point-wise Spatial Attention Network for Scene Parsing", 2018. It shares
/// the paper's words, not its computation; <c>psa</c> is the paper's. It is here so that such code and its weights can be carried over.</para>
/// </summary>
public sealed class SimplifiedPointwiseAttention : Mechanism<SimplifiedPointwiseAttention>, IAttention<SimplifiedPointwiseAttention>
{
    private int _channels;
    private int _outChannels;
    private Conv2d _reduce = null!;
    private Conv2d _collect = null!;
    private Conv2d _distribute = null!;

    /// <summary>Creates the mechanism.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output; the maps must have as many positions.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public SimplifiedPointwiseAttention(int inChannels, int outChannels)
        : base(("inChannels", inChannels), ("outChannels", outChannels))
    {
    }

    private SimplifiedPointwiseAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "psa_simplified",
        Name = "Point-wise Spatial Attention, simplified",
        Paper = "PSANet: Point-wise Spatial Attention Network for Scene Parsing",
        Year = 2018,
        Family = Family.Relation,
        Formula = "r = 1×1 x;  y = r + softmax_N(1×1 r) · softmax_C'(1×1 r)ᵀ, the product read back as [C', H, W]",
        Shapes = "x: [B, C, H, W] → [B, C', H, W] with C' = H·W",
        Options =
        [
            OptionSpec.Integer("inChannels", "Channels of the input."),
            OptionSpec.Integer("outChannels", "Channels of the output; the maps must have as many positions."),
        ],
        Variants = ["A tutorial's reduction of PSANet, kept as it is published: the product mixes channels with channels. The paper's module is psa."],
        KeepsShape = false,
        Fit = static slot => new Dictionary<string, object> { ["inChannels"] = slot.Channels, ["outChannels"] = slot.Height * slot.Width },
        Flow =
        [
            new("r", "1×1 → C'", "x"), new("a", "1×1, softmax over N", "r"), new("d", "1×1, softmax over C'", "r"), new("p", "A·Dᵀ", "a", "d"),
            new("y", "+", "r", "p"),
        ],
    };

    /// <inheritdoc/>
    public static SimplifiedPointwiseAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("inChannels");
        _outChannels = options.Integer("outChannels");
        _reduce = Register("conv_reduce", new Conv2d(_channels, _outChannels, 1));
        _collect = Register("collect", new Conv2d(_outChannels, _outChannels, 1));
        _distribute = Register("distribute", new Conv2d(_outChannels, _outChannels, 1));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("psa_simplified", x, _channels);
        if ((long)x.Shape[2] * x.Shape[3] != _outChannels)
        {
            throw new ShapeException("psa_simplified", $"[N, {_channels}, H, W] with H·W = outChannels = {_outChannels}", x.Shape.ToString(),
                $"set outChannels to {(long)x.Shape[2] * x.Shape[3]} for maps of this size, or use psa, which takes any size");
        }

        Tensor reduced = _reduce.Call(x);
        Tensor collect = _collect.Call(reduced).Flatten(2).Softmax(-1);
        Tensor distribute = _distribute.Call(reduced).Flatten(2).Softmax(1);
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new PositionGate("collect", AttentionRecorder.Share(collect.Reshape(reduced.Shape.Lengths))));
            AttentionRecorder.Publish(this, new ElementGate("distribute", AttentionRecorder.Share(distribute.Reshape(reduced.Shape.Lengths))));
        }

        return reduced + collect.MatMul(distribute, transposeB: true).Reshape(reduced.Shape.Lengths);
    }
}
