using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>How the two branches stand to each other.</summary>
public enum PolarizedArrangement
{
    /// <summary>Both take the input, and their results are added.</summary>
    Parallel,

    /// <summary>The spatial branch takes the channel branch's output.</summary>
    Sequential,
}

/// <summary>Whose softmax and normalisation polarized attention has.</summary>
public enum PolarizedVariant
{
    /// <summary>Those of the official code.</summary>
    Official,

    /// <summary>Those of the paper.</summary>
    Paper,
}

/// <summary>
/// Polarized Self-Attention: a channel branch that keeps half the channels while it folds all positions, and a spatial branch that keeps
/// all positions while it folds the channels; in parallel or one after the other.
/// <para>Formula: channel <c>g_c = σ(up(W_v(x) · softmax_N(W_q(x))))</c>; spatial, official parallel
/// <c>g_s = σ(softmax_N(GAP(W_q(x)) · W_v(x)))</c>, official sequential <c>σ(GAP(W_q) · softmax_N(W_v))</c>, paper
/// <c>σ(softmax_{C/2}(GAP(W_q)) · W_v)</c>. Parallel: <c>y = x·g_c + x·g_s</c>; sequential: <c>u = x·g_c</c>, <c>y = u·g_s(u)</c>.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>conv_q_right</c>, <c>conv_v_right</c>, <c>conv_up</c>,
/// <c>conv_q_left</c>, <c>conv_v_left</c>. <c>conv_up</c> is one 1×1 (official parallel), <c>0, 1, 3</c> = 1×1 → C/8, LayerNorm, 1×1 → C
/// (official sequential), or <c>0, 1</c> = 1×1, LayerNorm (paper).</para>
/// <para>Source: Liu et al., "Polarized Self-Attention: Towards High-quality Pixel-wise Regression", 2021.</para>
/// </summary>
public sealed class PolarizedAttention : Mechanism<PolarizedAttention>, IAttention<PolarizedAttention>
{
    private int _channels;
    private bool _sequential;
    private bool _paper;
    private Conv2d _queryRight = null!;
    private Conv2d _valueRight = null!;
    private Module _up = null!;
    private Conv2d _queryLeft = null!;
    private Conv2d _valueLeft = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public PolarizedAttention(int channels)
        : base(("channels", channels))
    {
    }

    private PolarizedAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Whether the two branches run side by side or one after the other (default parallel).</summary>
    public PolarizedArrangement Arrangement { get => Choice<PolarizedArrangement>(); init => SetChoice(value); }

    /// <summary>Whose softmax and normalisation (default official).</summary>
    public PolarizedVariant Variant { get => Choice<PolarizedVariant>(); init => SetChoice(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "polarized",
        Name = "Polarized Self-Attention",
        Paper = "Polarized Self-Attention: Towards High-quality Pixel-wise Regression",
        Year = 2021,
        Family = Family.Hybrid,
        Formula = "g_c = σ(up(W_v x · softmax_N(W_q x)));  g_s = σ(softmax_N(GAP(W_q x) · W_v x));  parallel: y = x·g_c + x·g_s",
        Shapes = "x: [N, C, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Choice("arrangement", "Whether the two branches run side by side or one after the other.", PolarizedArrangement.Parallel),
            OptionSpec.Choice("variant", "Whose softmax and normalisation.", PolarizedVariant.Official),
        ],
        Variants =
        [
            "Official parallel: the spatial softmax runs over positions after the product; no LayerNorm. Official sequential: it runs over "
            + "positions of v before the product; conv_up is a bottleneck of C/8 with LayerNorm.",
            "Paper: softmax over the C/2 channels of the pooled query, and LayerNorm after conv_up, in both arrangements.",
        ],
        Flow =
        [
            new("c", "channel branch, σ", "x"), new("xc", "×", "x", "c"), new("s", "spatial branch, σ", "x"), new("xs", "×", "x", "s"),
            new("y", "+", "xc", "xs"),
        ],
    };

    /// <inheritdoc/>
    public static PolarizedAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _sequential = options.Choice("arrangement") == "sequential";
        _paper = options.Choice("variant") == "paper";
        int half = Channels.Reduced("polarized", _channels, 2);
        _queryRight = Register("conv_q_right", new Conv2d(_channels, 1, 1, bias: false));
        _valueRight = Register("conv_v_right", new Conv2d(_channels, half, 1, bias: false));
        _up = Register("conv_up", Up(half));
        _queryLeft = Register("conv_q_left", new Conv2d(_channels, half, 1, bias: false));
        _valueLeft = Register("conv_v_left", new Conv2d(_channels, half, 1, bias: false));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("polarized", x, _channels);
        Tensor channel = ChannelGateOf(x);
        Tensor scaled = x * channel;
        Tensor spatial = SpatialGateOf(_sequential ? scaled : x);
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new ChannelGate("channel", AttentionRecorder.Share(channel.Flatten())));
            AttentionRecorder.Publish(this, new PositionGate("spatial", AttentionRecorder.Share(spatial)));
        }

        return _sequential ? scaled * spatial : scaled + x * spatial;
    }

    private Module Up(int half)
    {
        if (_paper)
        {
            return new Sequential(new Conv2d(half, _channels, 1, bias: false), new LayerNorm([_channels, 1, 1]));
        }

        if (!_sequential)
        {
            return new Conv2d(half, _channels, 1, bias: false);
        }

        int inner = Channels.Reduced("polarized", _channels, 8);
        return new Sequential(new Conv2d(half, inner, 1), new LayerNorm([inner, 1, 1]), new ReLU(), new Conv2d(inner, _channels, 1));
    }

    private Tensor ChannelGateOf(Tensor x)
    {
        Tensor weights = _queryRight.Call(x).Flatten(2).Softmax(-1);
        Tensor context = _valueRight.Call(x).Flatten(2).MatMul(weights, transposeB: true);
        return _up.Call(context.Unsqueeze(-1)).Sigmoid();
    }

    private Tensor SpatialGateOf(Tensor x)
    {
        Tensor query = _queryLeft.Call(x).GlobalAvgPool().Unsqueeze(1);
        Tensor value = _valueLeft.Call(x).Flatten(2);
        if (_paper)
        {
            query = query.Softmax(-1);
        }
        else if (_sequential)
        {
            value = value.Softmax(-1);
        }

        Tensor logits = query.MatMul(value);
        if (!_paper && !_sequential)
        {
            logits = logits.Softmax(-1);
        }

        return logits.Reshape(x.Shape[0], 1, x.Shape[2], x.Shape[3]).Sigmoid();
    }
}
