using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// DANet's head: position attention and channel attention side by side on maps of a quarter of the channels, summed and classified.
/// <para>Formula: <c>p = conv(pam(conv(x)))</c>, <c>c = conv(cam(conv(x)))</c>, each conv 3×3 → C/4, BN, ReLU; <c>y = 1×1(dropout(p + c))</c>.</para>
/// <para>Shapes: <c>x: [B, I, H, W] → [B, outChannels, H, W]</c>. Parameters: <c>conv5a.{0,1}</c>, <c>conv5c.{0,1}</c>, <c>sa</c> (a
/// <c>pam</c>), <c>sc</c> (a <c>cam</c>), <c>conv51.{0,1}</c>, <c>conv52.{0,1}</c>, <c>conv6.1</c>, <c>conv7.1</c>, <c>conv8.1</c>.</para>
/// <para>Source: Fu et al., "Dual Attention Network for Scene Segmentation", 2019; names as in the official code. Its auxiliary
/// classifications of the two branches, <c>conv6</c> and <c>conv7</c>, come with <see cref="Classify"/>; a plain call computes the sum's alone,
/// and leaves them without a gradient.</para>
/// </summary>
public sealed class DualAttention : Mechanism<DualAttention>, IAttention<DualAttention>
{
    private const string Key = "danet";
    private const int LeastInside = 8;
    private int _inChannels;
    private (Sequential Before, Module Attention, Sequential After, Sequential Classifier) _positions;
    private (Sequential Before, Module Attention, Sequential After, Sequential Classifier) _channels;
    private Sequential _classifier = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="inChannels">Channels of the input, I.</param>
    /// <param name="outChannels">Channels of the output: classes.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public DualAttention(int inChannels, int outChannels)
        : base(("inChannels", inChannels), ("outChannels", outChannels))
    {
    }

    private DualAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Channels inside, at least 8; null: a quarter of the input's (a whole number ≥ 1, default null).</summary>
    public int? InterChannels { get => IntegerOrNull(); init => Set(value); }

    /// <summary>Channels of the position attention's queries and keys; null: an eighth of those inside (a whole number ≥ 1, default null).</summary>
    public int? KeyChannels { get => IntegerOrNull(); init => Set(value); }

    /// <summary>Share of whole maps dropped in training before each classifier (a number 0 … 0.999, default 0.1).</summary>
    public double Dropout { get => Number(); init => Set(value); }

    /// <summary>
    /// Whether γ of both attentions starts at 0, which makes them the identity at first, rather than at 1 (default true).
    /// </summary>
    public bool IdentityStart { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = Key,
        Name = "Dual Attention head",
        Paper = "Dual Attention Network for Scene Segmentation",
        Year = 2019,
        Family = Family.Relation,
        Formula = "p = conv(pam(conv(x)));  c = conv(cam(conv(x)));  y = 1×1(dropout(p + c))",
        Shapes = "x: [B, I, H, W] → [B, outChannels, H, W]",
        KeepsShape = false,
        Options =
        [
            OptionSpec.Integer("inChannels", "Channels of the input, I."),
            OptionSpec.Integer("outChannels", "Channels of the output: classes."),
            OptionSpec.Integer("interChannels", "Channels inside, at least 8; null: a quarter of the input's.", nullable: true),
            OptionSpec.Integer("keyChannels", "Channels of the position attention's queries and keys; null: an eighth of those inside.", nullable: true),
            OptionSpec.Number("dropout", "Share of whole maps dropped in training before each classifier.", 0.1, 0, 0.999),
            OptionSpec.Boolean("identityStart", "Whether γ of both attentions starts at 0, which makes them the identity at first, rather than at 1.", true),
        ],
        Variants =
        [
            "Official code: three classifications, of the sum, of the positions' branch and of the channels' branch; a plain call gives the first, Classify all three.",
            "mmsegmentation's DAHead is the same head under other names, with 64 channels of queries and keys (keyChannels: 64).",
        ],
        Fit = static slot => new Dictionary<string, object>
        {
            ["inChannels"] = slot.Channels,
            ["outChannels"] = 19,
            ["interChannels"] = Math.Max(LeastInside, slot.Channels / 4),
        },
        Flow =
        [
            new("a", "3×3, BN, ReLU", "x"), new("c", "3×3, BN, ReLU", "x"), new("pam", "pam", "a"), new("cam", "cam", "c"),
            new("pa", "3×3, BN, ReLU", "pam"), new("ca", "3×3, BN, ReLU", "cam"), new("sum", "+", "pa", "ca"), new("y", "dropout, 1×1", "sum"),
        ],
    };

    /// <inheritdoc/>
    public static DualAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _inChannels = options.Integer("inChannels");
        int inside = options.IntegerOrNull("interChannels") ?? _inChannels / 4;
        if (inside < LeastInside)
        {
            string remedy = options.Has("interChannels") ? $"choose interChannels ≥ {LeastInside}" : $"give interChannels, or inChannels ≥ {4 * LeastInside}";
            throw new OptionException(Key, $"interChannels ({inside}): position attention takes an eighth of them for queries and keys, which leaves none; {remedy}.");
        }

        int classes = options.Integer("outChannels");
        double dropout = options.Number("dropout");
        bool identity = options.Boolean("identityStart");
        Sequential before = Register("conv5a", Convolution(_inChannels, inside));
        Sequential beforeChannels = Register("conv5c", Convolution(_inChannels, inside));
        Module positions = Register("sa", new PositionAttention(inside) { IdentityStart = identity, KeyChannels = options.IntegerOrNull("keyChannels") });
        Module channels = Register("sc", new ChannelRelationAttention(inside) { IdentityStart = identity });
        Sequential after = Register("conv51", Convolution(inside, inside));
        Sequential afterChannels = Register("conv52", Convolution(inside, inside));
        _positions = (before, positions, after, Register("conv6", Classifier(inside, classes, dropout)));
        _channels = (beforeChannels, channels, afterChannels, Register("conv7", Classifier(inside, classes, dropout)));
        _classifier = Register("conv8", Classifier(inside, classes, dropout));
    }

    /// <summary>The three classifications that the official code trains with: of the sum, of the positions' branch, of the channels' branch.</summary>
    /// <param name="x">[B, I, H, W].</param>
    /// <returns>Three tensors [B, outChannels, H, W].</returns>
    /// <exception cref="ShapeException">The input does not fit.</exception>
    public (Tensor Sum, Tensor Positions, Tensor Channels) Classify(Tensor x)
    {
        EnsureBuilt();
        (Tensor positions, Tensor channels) = Branches(x);
        return (_classifier.Call(positions + channels), _positions.Classifier.Call(positions), _channels.Classifier.Call(channels));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        (Tensor positions, Tensor channels) = Branches(x);
        return _classifier.Call(positions + channels);
    }

    private static Sequential Convolution(int from, int to) => new(new Conv2d(from, to, 3, padding: 1, bias: false), new BatchNorm2d(to), new ReLU());

    private static Sequential Classifier(int from, int to, double dropout) => new(new Dropout2d(dropout), new Conv2d(from, to, 1));

    private (Tensor Positions, Tensor Channels) Branches(Tensor x)
    {
        Fovea.Layers.Channels.CheckMaps(Key, x, _inChannels);
        return (_positions.After.Call(_positions.Attention.Call(_positions.Before.Call(x))),
            _channels.After.Call(_channels.Attention.Call(_channels.Before.Call(x))));
    }
}
