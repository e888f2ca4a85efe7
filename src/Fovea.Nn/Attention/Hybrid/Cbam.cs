using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Convolutional Block Attention Module: which channels matter, then where to look.
/// <para>Formula: <c>u = x · σ(MLP(GAP(x)) + MLP(GMP(x)))</c>, <c>y = u · σ(conv k×k([mean_C(u); max_C(u)]))</c>.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>channel.fc1</c>, <c>channel.fc2</c>, <c>spatial.conv</c>, and
/// <c>spatial.bn</c> with <c>spatialBatchNorm</c>.</para>
/// <para>Source: Woo et al., "CBAM: Convolutional Block Attention Module", 2018.</para>
/// </summary>
public sealed class Cbam : Mechanism<Cbam>, IAttention<Cbam>
{
    private int _channels;
    private PooledMlpGate _channel = null!;
    private PooledConvGate _spatial = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public Cbam(int channels)
        : base(("channels", channels))
    {
    }

    private Cbam(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Divides the channels inside the bottleneck: C → C/r → C (a whole number ≥ 1, default 16).</summary>
    public int Reduction { get => Integer(); init => Set(value); }

    /// <summary>Side of the spatial kernel, odd (a whole number ≥ 1, default 7).</summary>
    public int KernelSize { get => Integer(); init => Set(value); }

    /// <summary>Whether the channel MLP has biases (default false).</summary>
    public bool MlpBias { get => Boolean(); init => Set(value); }

    /// <summary>Whether the spatial convolution has a bias (default false).</summary>
    public bool ConvBias { get => Boolean(); init => Set(value); }

    /// <summary>Whether batch norm follows the spatial convolution (default false).</summary>
    public bool SpatialBatchNorm { get => Boolean(); init => Set(value); }

    /// <summary>Which pooled map is the spatial gate's first channel (default mean-max).</summary>
    public PoolOrder PoolOrder { get => Choice<PoolOrder>(); init => SetChoice(value); }

    /// <summary>The channel gate's pools (default [avg, max]).</summary>
    public IReadOnlyList<ChannelPool> Pools { get => Choices<ChannelPool>(); init => SetChoices(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "cbam",
        Name = "Convolutional Block Attention Module",
        Paper = "CBAM: Convolutional Block Attention Module",
        Year = 2018,
        Family = Family.Hybrid,
        Formula = "u = x · σ(MLP(GAP(x)) + MLP(GMP(x)));  y = u · σ(conv k×k([mean_C(u); max_C(u)]))",
        Shapes = "x: [N, C, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Reduction(),
            OptionSpec.Integer("kernelSize", "Side of the spatial kernel, odd.", 7),
            OptionSpec.Boolean("mlpBias", "Whether the channel MLP has biases.", false),
            OptionSpec.Boolean("convBias", "Whether the spatial convolution has a bias.", false),
            OptionSpec.Boolean("spatialBatchNorm", "Whether batch norm follows the spatial convolution.", false),
            OptionSpec.Choice("poolOrder", "Which pooled map is the spatial gate's first channel.", PoolOrder.MeanMax),
            OptionSpec.Choices("pools", "The channel gate's pools.", ChannelPool.Avg, ChannelPool.Max),
        ],
        Variants =
        [
            "Official code: mlpBias true, spatialBatchNorm true, poolOrder max-mean.",
            "The documents' ports: no biases in the MLP; one has a bias in the spatial convolution.",
        ],
        Flow =
        [
            new("channel", "channel gate", "x"), new("u", "×", "x", "channel"), new("spatial", "spatial gate", "u"), new("y", "×", "u", "spatial"),
        ],
    };

    /// <inheritdoc/>
    public static Cbam Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _channel = Register("channel", new PooledMlpGate(
            _channels, options.Integer("reduction"), options.Boolean("mlpBias"), options.Choices("pools")));
        _spatial = Register("spatial", new PooledConvGate(
            options.Integer("kernelSize"), options.Boolean("convBias"), options.Boolean("spatialBatchNorm"), options.Choice("poolOrder")));
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("cbam", x, _channels);
        Tensor channel = _channel.Call(x);
        Tensor scaled = x * channel.Reshape(x.Shape[0], _channels, 1, 1);
        Tensor spatial = _spatial.Call(scaled);
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new ChannelGate("channel", AttentionRecorder.Share(channel)));
            AttentionRecorder.Publish(this, new PositionGate("spatial", AttentionRecorder.Share(spatial)));
        }

        return scaled * spatial;
    }
}
