using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>Which way information flows between positions.</summary>
public enum PointwiseMode
{
    /// <summary>Every position collects from the others.</summary>
    Collect,

    /// <summary>Every position distributes to the others.</summary>
    Distribute,

    /// <summary>Both, in branches of their own.</summary>
    Bi,
}

/// <summary>The logit of pairs of positions outside the window.</summary>
public enum OutsideLogit
{
    /// <summary>0, as in the official code.</summary>
    Zero,

    /// <summary>−∞.</summary>
    Masked,
}

/// <summary>How the map is made smaller inside, and large again.</summary>
public enum PointwiseResizing
{
    /// <summary>To ⌊(H − 1)/s⌋ + 1 rows with aligned corners, as in the official code.</summary>
    Official,

    /// <summary>
    /// As in mmsegmentation: sides that divide by s to H/s without aligned corners, and a border of one position around the result before it is
    /// enlarged.
    /// </summary>
    Mmseg,
}

/// <summary>
/// Point-wise Spatial Attention (PSANet): every position learns a map of its own that says how much it collects from the others, or
/// distributes to them.
/// <para>Formula, per branch: <c>r = ReLU(BN(1×1 x))</c>, shrunk by s; <c>H = 1×1(ReLU(BN(1×1 r)))</c> with mh·mw channels; collect
/// <c>A[j, i] = H_i[j − i]</c>, distribute <c>A[i, j] = H_i[j − i]</c>, softmax over the first index; <c>z = r·A / normalization</c>.
/// Then <c>y = [x; ↑ReLU(BN(1×1 z))]</c>, with both branches' z stacked in mode <c>bi</c>.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → [N, 2C, H, W]</c>. Inside, maps have <c>⌊(H − 1)/s⌋ + 1</c> rows. With <c>compact</c> H has one channel
/// for each inner position (collect as it is, distribute transposed), which ties it to one size. Parameters: <c>reduce.{0,1}</c>,
/// <c>attention.{0,1,3}</c>, <c>proj.{0,1}</c>, and with <c>bi</c> <c>reduce_p</c>, <c>attention_p</c>.</para>
/// <para>Source: Zhao et al., "PSANet: Point-wise Spatial Attention Network for Scene Parsing", 2018. Deviations: the official code needs
/// <c>H ≡ 1 (mod s)</c> to come back to the input's size; here any size does. The N×N matrix A of over-completed maps is never stored. Maps: how much each target takes from each source.</para>
/// </summary>
public sealed class PointwiseSpatialAttention : Mechanism<PointwiseSpatialAttention>, IAttention<PointwiseSpatialAttention>
{
    private const string Key = "psa";
    private int _channels;
    private int _shrink;
    private bool _identityStart;
    private bool _bordered;
    private readonly List<Branch> _branches = [];
    private Conv2d _projection = null!;
    private BatchNorm2d _projectionNorm = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="maskHeight">Rows of the window, odd; with compact, rows of the inner map.</param>
    /// <param name="maskWidth">Columns of the window, odd; with compact, columns of the inner map.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public PointwiseSpatialAttention(int channels, int maskHeight, int maskWidth)
        : base(("channels", channels), ("maskHeight", maskHeight), ("maskWidth", maskWidth))
    {
    }

    private PointwiseSpatialAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Channels inside (a whole number ≥ 1, default 512).</summary>
    public int MidChannels { get => Integer(); init => Set(value); }

    /// <summary>Whether positions collect, distribute, or do both in branches of their own (default bi).</summary>
    public PointwiseMode Mode { get => Choice<PointwiseMode>(); init => SetChoice(value); }

    /// <summary>Whether the map of a position has one cell for each position rather than for each offset (default false).</summary>
    public bool Compact { get => Boolean(); init => Set(value); }

    /// <summary>Divides the map's sides inside (a whole number ≥ 1, default 2).</summary>
    public int ShrinkFactor { get => Integer(); init => Set(value); }

    /// <summary>Divides the result; null: the number of cells (a number ≥ 5E-324, default 1).</summary>
    public double? Normalization { get => NumberOrNull(); init => Set(value); }

    /// <summary>Whether the weights of a target are a softmax over its sources (default true).</summary>
    public bool Softmax { get => Boolean(); init => Set(value); }

    /// <summary>The logit of pairs outside the window: 0, or −∞ (default zero).</summary>
    public OutsideLogit Outside { get => Choice<OutsideLogit>(); init => SetChoice(value); }

    /// <summary>Whose way of making the map smaller inside and large again (default official).</summary>
    public PointwiseResizing Resizing { get => Choice<PointwiseResizing>(); init => SetChoice(value); }

    /// <summary>
    /// Whether the last batch norm's weight starts at 0, so that a new module appends zeros to its input (default false).
    /// </summary>
    public bool IdentityStart { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = Key,
        Name = "Point-wise Spatial Attention",
        Paper = "PSANet: Point-wise Spatial Attention Network for Scene Parsing",
        Year = 2018,
        Family = Family.Relation,
        Formula = "H = 1×1(ReLU(BN(1×1 r)));  collect A[j, i] = H_i[j − i], distribute A[i, j] = H_i[j − i];  z = r·softmax(A);  y = [x; ReLU(BN(1×1 z))]",
        Shapes = "x: [N, C, H, W] → [N, 2C, H, W]",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Integer("midChannels", "Channels inside.", 512),
            OptionSpec.Choice("mode", "Whether positions collect, distribute, or do both in branches of their own.", PointwiseMode.Bi),
            OptionSpec.Boolean("compact", "Whether the map of a position has one cell for each position rather than for each offset.", false),
            OptionSpec.Integer("shrinkFactor", "Divides the map's sides inside.", 2),
            OptionSpec.Integer("maskHeight", "Rows of the window, odd; with compact, rows of the inner map."),
            OptionSpec.Integer("maskWidth", "Columns of the window, odd; with compact, columns of the inner map."),
            OptionSpec.Number("normalization", "Divides the result; null: the number of cells.", 1, double.Epsilon, nullable: true),
            OptionSpec.Boolean("softmax", "Whether the weights of a target are a softmax over its sources.", true),
            OptionSpec.Choice("outside", "The logit of pairs outside the window: 0, or −∞.", OutsideLogit.Zero),
            OptionSpec.Choice("resizing", "Whose way of making the map smaller inside and large again.", PointwiseResizing.Official),
            OptionSpec.Boolean("identityStart", "Whether the last batch norm's weight starts at 0, so that a new module appends zeros to its input.", false),
        ],
        Variants =
        [
            "Paper: windows of 2H − 1 by 2W − 1, so that no pair is outside. Official code: pairs outside a smaller window have the logit 0 "
            + "(outside: zero), which still takes a share of the softmax.",
            "mmsegmentation (resizing: mmseg): sides that divide by the shrink factor are divided without aligned corners, and the last convolution adds a "
            + "border of one position before the result is enlarged.",
        ],
        KeepsShape = false,
        Fit = static slot => new Dictionary<string, object>
        {
            ["channels"] = slot.Channels,
            ["midChannels"] = Math.Clamp(slot.Channels / 4, 1, 512),
            ["maskHeight"] = 2 * (((slot.Height - 1) / 2) + 1) - 1,
            ["maskWidth"] = 2 * (((slot.Width - 1) / 2) + 1) - 1,
        },
        Flow =
        [
            new("r", "1×1, BN, ReLU, ↓s", "x"), new("h", "1×1, BN, ReLU, 1×1 → mh·mw", "r"), new("a", "shift, softmax", "h"), new("z", "r·A", "r", "a"),
            new("p", "1×1, BN, ReLU, ↑", "z"), new("y", "concat", "x", "p"),
        ],
    };

    /// <inheritdoc/>
    public static PointwiseSpatialAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _shrink = options.Integer("shrinkFactor");
        int inner = options.Integer("midChannels");
        string mode = options.Choice("mode");
        var rules = new Rules(options);
        _branches.Add(new Branch(this, string.Empty, inner, rules, mode == "distribute"));
        if (mode == "bi")
        {
            _branches.Add(new Branch(this, "_p", inner, rules, distribute: true));
        }

        _bordered = options.Choice("resizing") == "mmseg";
        _projection = new Conv2d(inner * _branches.Count, _channels, 1, padding: _bordered ? 1 : 0, bias: false);
        _projectionNorm = new BatchNorm2d(_channels);
        Register("proj", new Sequential(_projection, _projectionNorm));
        _identityStart = options.Boolean("identityStart");
        ResetUnlessDeferred();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps(Key, x, _channels);
        Size2 size = (x.Shape[2], x.Shape[3]);
        if (size.Height == 0 || size.Width == 0)
        {
            throw new ShapeException(Key, "maps of at least one position", x.Shape.ToString());
        }

        // mmsegmentation divides both sides where one of them divides.
        bool aligned = !_bordered || (size.Height % _shrink != 0 && size.Width % _shrink != 0);
        Size2 inside = aligned ? ((size.Height - 1) / _shrink + 1, (size.Width - 1) / _shrink + 1) : (Math.Max(1, size.Height / _shrink), Math.Max(1, size.Width / _shrink));
        Tensor[] results = [.. _branches.Select(b => b.Apply(this, x, size == inside ? null : inside, aligned))];
        Tensor y = _projectionNorm.CallFused(_projection.Call(results.Length == 1 ? results[0] : Tensor.Concat(results, 1)), relu: true);
        if (size != inside || _bordered)
        {
            y = y.UpsampleBilinear2d(size, alignCorners: aligned);
        }

        return Tensor.Concat([x, y], 1);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        if (_identityStart)
        {
            _projectionNorm.Weight.Fill(0);
        }
    }

    /// <summary>What both branches are told.</summary>
    private sealed record Rules
    {
        public Rules(AttentionOptions options)
        {
            Compact = options.Boolean("compact");
            Softmax = options.Boolean("softmax");
            Masked = options.Choice("outside") == "masked";
            Mask = (options.Integer("maskHeight"), options.Integer("maskWidth"));
            Cells = checked(Mask.Height * Mask.Width);
            Scale = 1 / (options.NumberOrNull("normalization") ?? Cells);
            if (!Compact && (Mask.Height % 2 == 0 || Mask.Width % 2 == 0))
            {
                throw new OptionException(Key, $"maskHeight and maskWidth ({Mask.Height} and {Mask.Width}) must be odd, so that the window has a centre; "
                    + "choose 2·height − 1 and 2·width − 1 to see all positions, or set compact.");
            }
        }

        public bool Compact { get; }

        public bool Softmax { get; }

        public bool Masked { get; }

        public Size2 Mask { get; }

        public int Cells { get; }

        public double Scale { get; }
    }

    private sealed class Branch
    {
        private readonly Rules _rules;
        private readonly bool _distribute;
        private readonly string _name;
        private readonly Conv2d _reduce;
        private readonly BatchNorm2d _reduceNorm;
        private readonly Conv2d _attention;
        private readonly BatchNorm2d _attentionNorm;
        private readonly Conv2d _maps;

        public Branch(PointwiseSpatialAttention owner, string suffix, int inner, Rules rules, bool distribute)
        {
            (_rules, _distribute, _name) = (rules, distribute, distribute ? "distribute" : "collect");
            _reduce = new Conv2d(owner._channels, inner, 1, bias: false);
            _reduceNorm = new BatchNorm2d(inner);
            _attention = new Conv2d(inner, inner, 1, bias: false);
            _attentionNorm = new BatchNorm2d(inner);
            _maps = new Conv2d(inner, rules.Cells, 1, bias: false);
            owner.Register($"reduce{suffix}", new Sequential(_reduce, _reduceNorm));
            owner.Register($"attention{suffix}", new Sequential([("0", _attention), ("1", _attentionNorm), ("3", _maps)]));
        }

        public Tensor Apply(PointwiseSpatialAttention owner, Tensor x, Size2? inside, bool aligned)
        {
            Tensor features = _reduceNorm.CallFused(_reduce.Call(x), relu: true);
            if (inside is { } size)
            {
                features = features.UpsampleBilinear2d(size, alignCorners: aligned);
            }

            Tensor maps = _maps.Call(_attentionNorm.CallFused(_attention.Call(features), relu: true));
            if (_rules.Compact)
            {
                return Compact(owner, features, maps);
            }

            var rules = new PointwiseRules(_rules.Mask, _distribute, _rules.Softmax, _rules.Masked, _rules.Scale);
            (Tensor z, Tensor statistics) = features.PointwiseAttentionWithStatistics(maps, rules);
            if (AttentionRecorder.IsActive)
            {
                AttentionRecorder.Publish(owner, PointwiseRelation.Of(_name, maps, statistics, rules));
            }

            return z;
        }

        // H [N, other, owner] is A [source, target] of collecting as it stands, and its transpose of distributing.
        private Tensor Compact(PointwiseSpatialAttention owner, Tensor features, Tensor maps)
        {
            Shape shape = features.Shape;
            int positions = shape[2] * shape[3];
            if (positions != _rules.Cells)
            {
                throw new ShapeException(Key, $"inner maps of {_rules.Mask.Height}×{_rules.Mask.Width} (maskHeight × maskWidth)", $"{shape[2]}×{shape[3]}",
                    "compact attention has one channel for each position: set maskHeight and maskWidth to the size inside, or compact to false");
            }

            Tensor weights = maps.Flatten(2);
            if (_rules.Softmax)
            {
                weights = weights.Softmax(_distribute ? 2 : 1);
            }

            if (AttentionRecorder.IsActive)
            {
                RelationGrid grid = RelationGrid.OfMaps(features);
                AttentionRecorder.Publish(owner, new DenseRelation(_name)
                {
                    Batch = shape[0],
                    Heads = 1,
                    Queries = grid,
                    Keys = grid,
                    Weights = AttentionRecorder.Share(_distribute ? weights : weights.Transpose(1, 2)),
                    Normalized = _rules.Softmax,
                });
            }

            Tensor z = features.Flatten(2).MatMul(weights, transposeB: _distribute).Reshape(shape.Lengths);
            return _rules.Scale == 1 ? z : z * _rules.Scale;
        }
    }
}
