using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// CBAM's channel attention: one MLP judges each pool of the map, and the sum of its verdicts makes the gate.
/// <para>Formula: <c>y = x · σ(MLP(GAP(x)) + MLP(GMP(x)))</c>, MLP: C → C/r → C with a ReLU between.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>fc1</c>, <c>fc2</c>.</para>
/// <para>Source: Woo et al., "CBAM: Convolutional Block Attention Module", 2018.</para>
/// </summary>
public sealed class CbamChannel : Mechanism<CbamChannel>, IAttention<CbamChannel>
{
    private int _channels;
    private PooledMlpGate _gate = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public CbamChannel(int channels)
        : base(("channels", channels))
    {
    }

    private CbamChannel(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Divides the channels inside the bottleneck: C → C/r → C (a whole number ≥ 1, default 16).</summary>
    public int Reduction { get => Integer(); init => Set(value); }

    /// <summary>Whether the MLP has biases (default false).</summary>
    public bool MlpBias { get => Boolean(); init => Set(value); }

    /// <summary>The pools whose verdicts are summed (default [avg, max]).</summary>
    public IReadOnlyList<ChannelPool> Pools { get => Choices<ChannelPool>(); init => SetChoices(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "cbam_channel",
        Name = "CBAM channel attention",
        Paper = "CBAM: Convolutional Block Attention Module",
        Year = 2018,
        Family = Family.Channel,
        Formula = "y = x · σ(MLP(GAP(x)) + MLP(GMP(x)))",
        Shapes = "x: [N, C, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Reduction(),
            OptionSpec.Boolean("mlpBias", "Whether the MLP has biases.", false),
            OptionSpec.Choices("pools", "The pools whose verdicts are summed.", ChannelPool.Avg, ChannelPool.Max),
        ],
        Variants =
        [
            "Official code: the MLP has biases, and offers lp (√Σx²) and lse (m + log Σ e^(x − m)) pools beside avg and max.",
            "Ports with 1×1 convolutions hold the same numbers as [C/r, C, 1, 1].",
        ],
        Flow =
        [
            new("avg", "GAP", "x"), new("max", "GMP", "x"), new("mlp", "shared MLP", "avg", "max"), new("gate", "sum, σ", "mlp"),
            new("y", "×", "x", "gate"),
        ],
    };

    /// <inheritdoc/>
    public static CbamChannel Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _gate = new PooledMlpGate(_channels, options.Integer("reduction"), options.Boolean("mlpBias"), options.Choices("pools"));
        foreach ((string name, Module child) in _gate.Children)
        {
            Register(name, child);
        }
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("cbam_channel", x, _channels);
        Tensor gate = _gate.Call(x);
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new ChannelGate("channel", AttentionRecorder.Share(gate)));
        }

        return x * gate.Reshape(x.Shape[0], _channels, 1, 1);
    }
}
