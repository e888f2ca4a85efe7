using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// CBAM's spatial attention: where to look, decided from the mean and the maximum over the channels around each position.
/// <para>Formula: <c>y = x · σ(conv k×k([mean_C(x); max_C(x)]))</c>.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>conv.weight</c> [1, 2, k, k], optionally <c>conv.bias</c> and <c>bn</c>.</para>
/// <para>Source: Woo et al., "CBAM: Convolutional Block Attention Module", 2018.</para>
/// </summary>
public sealed class SpatialAttention : Mechanism<SpatialAttention>, IAttention<SpatialAttention>
{
    private PooledConvGate _gate = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    public SpatialAttention()
    {
    }

    private SpatialAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Side of the kernel, odd (a whole number ≥ 1, default 7).</summary>
    public int KernelSize { get => Integer(); init => Set(value); }

    /// <summary>Whether the convolution has a bias (default false).</summary>
    public bool ConvBias { get => Boolean(); init => Set(value); }

    /// <summary>Whether batch norm follows the convolution (default false).</summary>
    public bool BatchNorm { get => Boolean(); init => Set(value); }

    /// <summary>Which pooled map is the first channel (default mean-max).</summary>
    public PoolOrder PoolOrder { get => Choice<PoolOrder>(); init => SetChoice(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "spatial",
        Name = "CBAM spatial attention",
        Paper = "CBAM: Convolutional Block Attention Module",
        Year = 2018,
        Family = Family.Spatial,
        Formula = "y = x · σ(conv k×k([mean_C(x); max_C(x)]))",
        Shapes = "x: [N, C, H, W] → same",
        Options =
        [
            OptionSpec.Integer("kernelSize", "Side of the kernel, odd.", 7),
            OptionSpec.Boolean("convBias", "Whether the convolution has a bias.", false),
            OptionSpec.Boolean("batchNorm", "Whether batch norm follows the convolution.", false),
            OptionSpec.Choice("poolOrder", "Which pooled map is the first channel.", PoolOrder.MeanMax),
        ],
        Variants =
        [
            "Official code: max before mean, batch norm (momentum 0.01) after the convolution, no bias.",
            "Most ports: mean before max, no batch norm. A checkpoint of the other order loads without complaint in them, and is wrong.",
            "Some ports return the gate alone; here it is the map of the attention-map contract.",
        ],
        Flow =
        [
            new("mean", "mean over C", "x"), new("max", "max over C", "x"), new("conv", "conv k×k → 1", "mean", "max"), new("gate", "σ", "conv"),
            new("y", "×", "x", "gate"),
        ],
    };

    /// <inheritdoc/>
    public static SpatialAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _gate = new PooledConvGate(options.Integer("kernelSize"), options.Boolean("convBias"), options.Boolean("batchNorm"), options.Choice("poolOrder"));
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
        Channels.CheckMaps("spatial", x);
        Tensor gate = _gate.Call(x);
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new PositionGate("spatial", AttentionRecorder.Share(gate)));
        }

        return x * gate;
    }
}
