using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>How two branches are combined.</summary>
public enum BranchCombination
{
    /// <summary>They are added, as in the paper.</summary>
    Sum,

    /// <summary>They are multiplied, as in the official code.</summary>
    Product,
}

/// <summary>
/// Bottleneck Attention Module: a channel branch and a dilated spatial branch make one gate for every element, added to the identity.
/// <para>Formula: <c>y = x · (1 + σ(Mc + Ms))</c>. <c>Mc</c>: GAP, layers × [Linear → C/r, BN, ReLU], Linear → C. <c>Ms</c>: 1×1 → C/r,
/// BN, ReLU, spatialLayers × [3×3 dilated, BN, ReLU], 1×1 → 1.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>channel.fc.i</c>, <c>channel.bn.i</c>, <c>channel.out</c>,
/// <c>spatial.reduce</c>, <c>spatial.reduce_bn</c>, <c>spatial.conv.i</c>, <c>spatial.bn.i</c>, <c>spatial.out</c>.</para>
/// <para>Source: Park et al., "BAM: Bottleneck Attention Module", 2018. Batch norm over a batch of one, in training, has nothing to
/// normalise in the channel branch, and says so.</para>
/// </summary>
public sealed class BottleneckAttention : Mechanism<BottleneckAttention>, IAttention<BottleneckAttention>
{
    private const double ClosedLogit = -6;

    private int _channels;
    private bool _product;
    private bool _identityStart;
    private ChannelBranch _channel = null!;
    private SpatialBranch _spatial = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public BottleneckAttention(int channels)
        : base(("channels", channels))
    {
    }

    private BottleneckAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Divides the channels inside the bottleneck: C → C/r → C (a whole number ≥ 1, default 16).</summary>
    public int Reduction { get => Integer(); init => Set(value); }

    /// <summary>Hidden layers of the channel branch (a whole number ≥ 1, default 1).</summary>
    public int Layers { get => Integer(); init => Set(value); }

    /// <summary>
    /// Dilated 3×3 layers of the spatial branch; null: as layers if that is given, else 2 (a whole number ≥ 0, default null).
    /// </summary>
    public int? SpatialLayers { get => IntegerOrNull(); init => Set(value); }

    /// <summary>Dilation of the 3×3 layers (a whole number ≥ 1, default 4).</summary>
    public int Dilation { get => Integer(); init => Set(value); }

    /// <summary>Padding of the 3×3 layers; null: the dilation, which keeps the size (a whole number ≥ 0, default null).</summary>
    public int? Padding { get => IntegerOrNull(); init => Set(value); }

    /// <summary>How the two branches are combined (default sum).</summary>
    public BranchCombination Combine { get => Choice<BranchCombination>(); init => SetChoice(value); }

    /// <summary>
    /// Whether the gate starts almost closed, at σ(−6) = 0.25 %, so that a new block is nearly the identity rather than 1.5 times its
    /// input (default false).
    /// </summary>
    public bool IdentityStart { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "bam",
        Name = "Bottleneck Attention Module",
        Paper = "BAM: Bottleneck Attention Module",
        Year = 2018,
        Family = Family.Hybrid,
        Formula = "y = x · (1 + σ(Mc(x) + Ms(x)))",
        Shapes = "x: [N, C, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Reduction(),
            OptionSpec.Integer("layers", "Hidden layers of the channel branch.", 1),
            OptionSpec.Integer("spatialLayers", "Dilated 3×3 layers of the spatial branch; null: as layers if that is given, else 2.", minimum: 0, nullable: true),
            OptionSpec.Integer("dilation", "Dilation of the 3×3 layers.", 4),
            OptionSpec.Integer("padding", "Padding of the 3×3 layers; null: the dilation, which keeps the size.", minimum: 0, nullable: true),
            OptionSpec.Choice("combine", "How the two branches are combined.", BranchCombination.Sum),
            OptionSpec.Boolean("identityStart", "Whether the gate starts almost closed, at σ(−6) = 0.25 %, so that a new block is nearly the identity rather than 1.5 times its input.", false),
        ],
        Variants =
        [
            "Paper: the branches are added (the default). Official code: they are multiplied (combine: product).",
            "Popular copies pad the dilated convolutions with 1, so the spatial map shrinks and fits one size of input only; here the padding "
            + "follows the dilation, and another padding must leave a map of H×W or 1×1.",
        ],
        Flow =
        [
            new("mc", "GAP, MLP → C", "x"), new("ms", "1×1, dilated 3×3, 1×1 → 1", "x"), new("gate", "+, σ", "mc", "ms"), new("y", "× (1 + gate)", "x", "gate"),
        ],
    };

    /// <inheritdoc/>
    public static BottleneckAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        int reduced = Channels.Reduced("bam", _channels, options.Integer("reduction"));
        int layers = options.Integer("layers");
        int spatialLayers = options.IntegerOrNull("spatialLayers") ?? (options.Has("layers") ? layers : 2);
        int dilation = options.Integer("dilation");
        _product = options.Choice("combine") == "product";
        _identityStart = options.Boolean("identityStart");
        _channel = Register("channel", new ChannelBranch(_channels, reduced, layers));
        _spatial = Register("spatial", new SpatialBranch(_channels, reduced, spatialLayers, dilation, options.IntegerOrNull("padding") ?? dilation));
        ResetUnlessDeferred();
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("bam", x, _channels);
        Tensor channel = _channel.Call(x).Reshape(-1, _channels, 1, 1);
        Tensor spatial = _spatial.Call(x);
        if (!spatial.Shape.Lengths[2..].SequenceEqual(x.Shape.Lengths[2..]) && spatial.Shape.Product(2, 4) != 1)
        {
            throw new ShapeException("bam", $"a spatial map of {x.Shape[2]}×{x.Shape[3]} or 1×1", $"{spatial.Shape[2]}×{spatial.Shape[3]}",
                "set padding to the dilation, or leave it out");
        }

        Tensor gate = (_product ? channel * spatial : channel + spatial).Sigmoid();
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new ChannelGate("channel", AttentionRecorder.Share(channel.Sigmoid().Flatten())));
            AttentionRecorder.Publish(this, new PositionGate("spatial", AttentionRecorder.Share(spatial.Sigmoid())));
            AttentionRecorder.Publish(this, new ElementGate("element", AttentionRecorder.Share(gate)));
        }

        return x * (gate + 1);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        if (!_identityStart)
        {
            return;
        }

        // The logits are the biases alone: −6 + 0, or −6 · 1 as a product.
        _channel.Out.Weight.Fill(0);
        _channel.Out.Bias!.Fill(ClosedLogit);
        _spatial.Out.Weight.Fill(0);
        _spatial.Out.Bias!.Fill(_product ? 1 : 0);
    }

    private sealed class ChannelBranch : Module
    {
        private readonly List<(Linear Linear, BatchNorm1d Norm)> _hidden = [];

        public ChannelBranch(int channels, int reduced, int layers)
        {
            for (int i = 0; i < layers; i++)
            {
                _hidden.Add((new Linear(i == 0 ? channels : reduced, reduced), new BatchNorm1d(reduced)));
            }

            Register("fc", new Sequential([.. _hidden.Select(h => h.Linear)]));
            Register("bn", new Sequential([.. _hidden.Select(h => h.Norm)]));
            Out = Register("out", new Linear(reduced, channels));
        }

        public Linear Out { get; }

        protected override Tensor Forward(Tensor x)
        {
            if (IsTraining && x.Shape[0] == 1)
            {
                throw new ShapeException("bam", "a batch of at least 2 in training", x.Shape.ToString(),
                    "the channel branch normalises over the batch alone: train with a larger batch, or call Eval()");
            }

            Tensor y = x.GlobalAvgPool();
            foreach ((Linear linear, BatchNorm1d norm) in _hidden)
            {
                y = norm.CallFused(linear.Call(y), relu: true);
            }

            return Out.Call(y);
        }
    }

    private sealed class SpatialBranch : Module
    {
        private readonly Conv2d _reduce;
        private readonly BatchNorm2d _reduceNorm;
        private readonly List<(Conv2d Conv, BatchNorm2d Norm)> _dilated = [];

        public SpatialBranch(int channels, int reduced, int layers, int dilation, int padding)
        {
            _reduce = Register("reduce", new Conv2d(channels, reduced, 1));
            _reduceNorm = Register("reduce_bn", new BatchNorm2d(reduced));
            for (int i = 0; i < layers; i++)
            {
                _dilated.Add((new Conv2d(reduced, reduced, 3, padding: padding, dilation: dilation), new BatchNorm2d(reduced)));
            }

            Register("conv", new Sequential([.. _dilated.Select(d => d.Conv)]));
            Register("bn", new Sequential([.. _dilated.Select(d => d.Norm)]));
            Out = Register("out", new Conv2d(reduced, 1, 1));
        }

        public Conv2d Out { get; }

        protected override Tensor Forward(Tensor x)
        {
            Tensor y = _reduceNorm.CallFused(_reduce.Call(x), relu: true);
            foreach ((Conv2d conv, BatchNorm2d norm) in _dilated)
            {
                y = norm.CallFused(conv.Call(y), relu: true);
            }

            return Out.Call(y);
        }
    }
}
