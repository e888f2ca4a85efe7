using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>The function that makes a gate.</summary>
public enum GateFunction
{
    /// <summary>1 / (1 + e^−x).</summary>
    Sigmoid,

    /// <summary>min(max(x + 3, 0), 6) / 6, as in MobileNetV3.</summary>
    HardSigmoid,
}

/// <summary>The function inside the bottleneck that makes a gate.</summary>
public enum SqueezeFunction
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x / (1 + e^−x), as in EfficientNet.</summary>
    Silu,
}

/// <summary>
/// Squeeze-and-Excitation: each channel is scaled by a gate that all channels' means decide together.
/// <para>Formula: <c>y = x · gate(W2 · ReLU(W1 · GAP(x)))</c>; the ReLU may be another function.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>fc1.weight</c> [C/r, C], <c>fc2.weight</c> [C, C/r], with <c>bias</c> also
/// <c>.bias</c>.</para>
/// <para>Source: Hu, Shen, Sun, "Squeeze-and-Excitation Networks", 2018. MobileNetV3's form has the hard sigmoid and biases.</para>
/// </summary>
public sealed class SqueezeExcitation : Mechanism<SqueezeExcitation>, IAttention<SqueezeExcitation>
{
    private int _channels;
    private bool _hard;
    private bool _silu;
    private Module _fc1 = null!;
    private Module _fc2 = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public SqueezeExcitation(int channels)
        : base(("channels", channels))
    {
    }

    private SqueezeExcitation(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Divides the channels inside the bottleneck: C → C/r → C (a whole number ≥ 1, default 16).</summary>
    public int Reduction { get => Integer(); init => Set(value); }

    /// <summary>Whether the two linear maps have biases (default false).</summary>
    public bool Bias { get => Boolean(); init => Set(value); }

    /// <summary>The function that makes the gate (default sigmoid).</summary>
    public GateFunction Gate { get => Choice<GateFunction>(); init => SetChoice(value); }

    /// <summary>Channels inside the bottleneck; null: C / r (a whole number ≥ 1, default null).</summary>
    public int? SqueezeChannels { get => IntegerOrNull(); init => Set(value); }

    /// <summary>The function inside the bottleneck (default relu).</summary>
    public SqueezeFunction Activation { get => Choice<SqueezeFunction>(); init => SetChoice(value); }

    /// <summary>Whether the linear maps lie as 1×1 convolutions, as in torchvision and timm (default false).</summary>
    public bool Pointwise { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "se",
        Name = "Squeeze-and-Excitation",
        Paper = "Squeeze-and-Excitation Networks",
        Year = 2018,
        Family = Family.Channel,
        Formula = "y = x · gate(W2 · ReLU(W1 · GAP(x)))",
        Shapes = "x: [N, C, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Reduction(),
            OptionSpec.Boolean("bias", "Whether the two linear maps have biases.", false),
            OptionSpec.Choice("gate", "The function that makes the gate.", GateFunction.Sigmoid),
            OptionSpec.Integer("squeezeChannels", "Channels inside the bottleneck; null: C / r.", nullable: true),
            OptionSpec.Choice("activation", "The function inside the bottleneck.", SqueezeFunction.Relu),
            OptionSpec.Boolean("pointwise", "Whether the linear maps lie as 1×1 convolutions, as in torchvision and timm.", false),
        ],
        Variants =
        [
            "Paper and official code: biases; the documents' port: none (the default here).",
            "MobileNetV3: biases and the hard sigmoid min(max(x + 3, 0), 6) / 6.",
            "EfficientNet: biases, the SiLU inside, and channels inside by the block's input rather than by C.",
            "Ports with 1×1 convolutions hold the same numbers as [C/r, C, 1, 1]: pointwise.",
        ],
        Flow =
        [
            new("gap", "GAP", "x"), new("fc1", "Linear → C/r, ReLU", "gap"), new("fc2", "Linear → C", "fc1"), new("gate", "σ", "fc2"),
            new("y", "×", "x", "gate"),
        ],
    };

    /// <inheritdoc/>
    public static SqueezeExcitation Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _hard = options.Choice("gate") == "hard-sigmoid";
        bool bias = options.Boolean("bias");
        bool pointwise = options.Boolean("pointwise");
        _silu = options.Choice("activation") == "silu";
        int reduced = options.IntegerOrNull("squeezeChannels") ?? Channels.Reduced("se", _channels, options.Integer("reduction"));
        _fc1 = Register("fc1", Map(_channels, reduced, bias, pointwise));
        _fc2 = Register("fc2", Map(reduced, _channels, bias, pointwise));
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("se", x, _channels);
        Tensor squeezed = _fc1.Call(x.GlobalAvgPool());
        Tensor logits = _fc2.Call(_silu ? squeezed.Silu() : squeezed.Relu());
        Tensor gate = _hard ? logits.HardSigmoid() : logits.Sigmoid();
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new ChannelGate("channel", AttentionRecorder.Share(gate)));
        }

        return x * gate.Reshape(x.Shape[0], _channels, 1, 1);
    }

    private static Module Map(int inFeatures, int outFeatures, bool bias, bool pointwise) =>
        pointwise ? new PointwiseConv(inFeatures, outFeatures, 2, bias) : new Linear(inFeatures, outFeatures, bias);
}
