using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Concurrent spatial and channel squeeze-and-excitation: the input scaled by a gate per channel plus the input scaled by a gate per
/// position.
/// <para>Formula: <c>y = x · cSE(x) + x · sSE(x)</c>, <c>cSE = σ(1×1(ReLU(1×1 GAP(x))))</c>, <c>sSE = σ(1×1→1 x)</c>.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>cSE.1</c>, <c>cSE.3</c>, <c>sSE.0</c> (1×1 convolutions with bias).</para>
/// <para>Source: Roy, Navab, Wachinger, "Concurrent Spatial and Channel Squeeze &amp; Excitation in Fully Convolutional Networks", 2018.
/// The sum is the form of segmentation libraries; the paper also tries maximum, product and concatenation.</para>
/// </summary>
public sealed class ConcurrentSqueezeExcitation : Mechanism<ConcurrentSqueezeExcitation>, IAttention<ConcurrentSqueezeExcitation>
{
    private int _channels;
    private Sequential _channel = null!;
    private Sequential _spatial = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public ConcurrentSqueezeExcitation(int channels)
        : base(("channels", channels))
    {
    }

    private ConcurrentSqueezeExcitation(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Divides the channels inside the bottleneck: C → C/r → C (a whole number ≥ 1, default 16).</summary>
    public int Reduction { get => Integer(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "scse",
        Name = "Concurrent spatial and channel squeeze and excitation",
        Paper = "Concurrent Spatial and Channel Squeeze & Excitation in Fully Convolutional Networks",
        Year = 2018,
        Family = Family.Hybrid,
        Formula = "y = x · σ(1×1(ReLU(1×1 GAP(x)))) + x · σ(1×1→1 x)",
        Shapes = "x: [N, C, H, W] → same",
        Options = [OptionSpec.Channels(), OptionSpec.Reduction()],
        Variants = ["Paper: reduction 2, and the maximum of the two works best there; segmentation libraries add them, with reduction 16."],
        Flow =
        [
            new("cse", "GAP, 1×1, ReLU, 1×1, σ", "x"), new("sse", "1×1 → 1, σ", "x"), new("c", "×", "x", "cse"), new("s", "×", "x", "sse"),
            new("y", "+", "c", "s"),
        ],
    };

    /// <inheritdoc/>
    public static ConcurrentSqueezeExcitation Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        int reduced = Channels.Reduced("scse", _channels, options.Integer("reduction"));

        // The official sequence is pool, 1×1, ReLU, 1×1, σ: the parameterless steps take the numbers 0, 2 and 4.
        _channel = Register("cSE", new Sequential(
        [
            ("1", new Conv2d(_channels, reduced, 1)), ("2", new ReLU()), ("3", new Conv2d(reduced, _channels, 1)), ("4", new Sigmoid()),
        ]));
        _spatial = Register("sSE", new Sequential(new Conv2d(_channels, 1, 1), new Sigmoid()));
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("scse", x, _channels);
        Tensor channel = _channel.Call(x.Mean([2, 3], keepDim: true));
        Tensor spatial = _spatial.Call(x);
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new ChannelGate("channel", AttentionRecorder.Share(channel.Flatten())));
            AttentionRecorder.Publish(this, new PositionGate("spatial", AttentionRecorder.Share(spatial)));
        }

        return x * (channel + spatial);
    }
}
