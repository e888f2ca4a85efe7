using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>The relation of a non-local block.</summary>
public enum NonLocalMode
{
    /// <summary>softmax(x_i · x_j).</summary>
    Gaussian,

    /// <summary>softmax(θ_i · φ_j).</summary>
    EmbeddedGaussian,

    /// <summary>θ_i · φ_j / N.</summary>
    DotProduct,

    /// <summary>ReLU(w · [θ_i; φ_j]) / N.</summary>
    Concatenation,
}

/// <summary>
/// Non-local block: every position takes a mean of all others, weighed by a relation of one of four kinds.
/// <para>Formula, with θ, φ, g 1×1 → I (no θ, φ for <c>gaussian</c>): <c>y_i = Σ_j f(x_i, x_j) g(x_j)</c>, <c>z = W(y) + x</c>.
/// <c>gaussian</c>: f = softmax_j(x_iᵀ x_j); <c>embedded_gaussian</c>: f = softmax_j(θ_iᵀ φ_j), times 1/√I inside with <c>scale</c>;
/// <c>dot_product</c>: f = θ_iᵀ φ_j / N; <c>concatenation</c>: f = ReLU(w · [θ_i; φ_j]) / N, with N the number of j. W is 1×1 → C, then
/// batch norm with <c>batchNorm</c>. With <c>subSample</c>, φ and g are max-pooled by 2 (1×2×2 in 3-D).</para>
/// <para>Shapes: <c>x: [B, C, L]</c>, <c>[B, C, H, W]</c> or <c>[B, C, T, H, W] → same</c>. Parameters: <c>g</c>, <c>theta</c>, <c>phi</c>,
/// <c>W.{0,1}</c> (or <c>W</c> without batch norm), <c>concat_project.0</c> (no bias).</para>
/// <para>Source: Wang et al., "Non-local Neural Networks", 2018; names as in the popular port of AlexHex7. A new block is the identity: the
/// batch norm's weight and bias, or W's, start at 0, and only they get gradients in the first step; with <c>identityStart: false</c> they
/// start as usual. No relation is ever stored: the softmaxes run tile by tile, <c>dot_product</c> is (g φᵀ) θ unless the relation is the
/// smaller one, and <c>concatenation</c> sorts the keys and sums them once for all queries.</para>
/// </summary>
public sealed class NonLocal : Mechanism<NonLocal>, IAttention<NonLocal>
{
    private const string Key = "non_local";
    private int _channels;
    private int _inner;
    private string _mode = null!;
    private int _dimension;
    private bool _subSample;
    private bool _scale;
    private bool _identityStart;
    private PointwiseConv _g = null!;
    private PointwiseConv? _theta;
    private PointwiseConv? _phi;
    private PointwiseConv? _project;
    private PointwiseConv _out = null!;
    private BatchNorm1d? _norm;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public NonLocal(int channels)
        : base(("channels", channels))
    {
    }

    private NonLocal(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Channels of θ, φ and g, I; null: half of the channels, at least 1 (a whole number ≥ 1, default null).</summary>
    public int? InterChannels { get => IntegerOrNull(); init => Set(value); }

    /// <summary>The relation (default embedded_gaussian).</summary>
    public NonLocalMode Mode { get => Choice<NonLocalMode>(); init => SetChoice(value); }

    /// <summary>Axes of positions: 1, 2 or 3 (a whole number 1 … 3, default 2).</summary>
    public int Dimension { get => Integer(); init => Set(value); }

    /// <summary>Whether φ and g are max-pooled by 2 (default false).</summary>
    public bool SubSample { get => Boolean(); init => Set(value); }

    /// <summary>Whether batch norm follows W (default true).</summary>
    public bool BatchNorm { get => Boolean(); init => Set(value); }

    /// <summary>Whether embedded_gaussian multiplies its products with 1/√I (default false).</summary>
    public bool Scale { get => Boolean(); init => Set(value); }

    /// <summary>Whether the last layer starts at 0, which makes a new block the identity (default true).</summary>
    public bool IdentityStart { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = Key,
        Name = "Non-local block",
        Paper = "Non-local Neural Networks",
        Year = 2018,
        Family = Family.Relation,
        Formula = "y_i = Σ_j f(x_i, x_j) g(x_j);  z = W(y) + x",
        Shapes = "x: [B, C, L], [B, C, H, W] or [B, C, T, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Integer("interChannels", "Channels of θ, φ and g, I; null: half of the channels, at least 1.", nullable: true),
            OptionSpec.Choice("mode", "The relation.", NonLocalMode.EmbeddedGaussian, '_'),
            OptionSpec.Integer("dimension", "Axes of positions: 1, 2 or 3.", 2, maximum: 3),
            OptionSpec.Boolean("subSample", "Whether φ and g are max-pooled by 2.", false),
            OptionSpec.Boolean("batchNorm", "Whether batch norm follows W.", true),
            OptionSpec.Boolean("scale", "Whether embedded_gaussian multiplies its products with 1/√I.", false),
            OptionSpec.Boolean("identityStart", "Whether the last layer starts at 0, which makes a new block the identity.", true),
        ],
        Variants =
        [
            "Paper and the popular port: products are not scaled (the default); mmcv's embedded Gaussian is (scale: true).",
            "Paper: sub-sampling by max pooling; in 3-D it pools height and width only (1×2×2), as here.",
            "dot_product and concatenation divide by the number of positions that are looked at.",
        ],
        Flow =
        [
            new("theta", "1×1 → I", "x"), new("phi", "1×1 → I", "x"), new("g", "1×1 → I", "x"), new("f", "relation", "theta", "phi"),
            new("fg", "f g", "f", "g"), new("w", "1×1 → C, BN", "fg"), new("z", "+", "w", "x"),
        ],
    };

    /// <inheritdoc/>
    public static NonLocal Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _inner = options.IntegerOrNull("interChannels") ?? Math.Max(1, _channels / 2);
        _mode = options.Choice("mode");
        _dimension = options.Integer("dimension");
        _subSample = options.Boolean("subSample");
        _scale = options.Boolean("scale");
        _identityStart = options.Boolean("identityStart");
        if (_scale && _mode != "embedded_gaussian")
        {
            throw new OptionException(Key, $"scale: 1/√I belongs to the mode embedded_gaussian, but mode is {_mode}; leave scale at false.");
        }

        _g = Register("g", new PointwiseConv(_channels, _inner, _dimension));
        _out = new PointwiseConv(_inner, _channels, _dimension);
        if (options.Boolean("batchNorm"))
        {
            _norm = new BatchNorm1d(_channels);
            Register("W", new Sequential(_out, _norm));
        }
        else
        {
            Register("W", _out);
        }

        if (_mode != "gaussian")
        {
            _theta = Register("theta", new PointwiseConv(_channels, _inner, _dimension));
            _phi = Register("phi", new PointwiseConv(_channels, _inner, _dimension));
        }

        if (_mode == "concatenation")
        {
            _project = new PointwiseConv(2 * _inner, 1, 2, bias: false);
            Register("concat_project", new Sequential(_project));
        }

        ResetUnlessDeferred();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != _dimension + 2 || x.Shape[1] != _channels)
        {
            string axes = _dimension switch { 1 => "L", 2 => "H, W", _ => "T, H, W" };
            throw new ShapeException(Key, $"[N, {_channels}, {axes}]", x.Shape.ToString(), $"channels was set to {_channels} and dimension to {_dimension}");
        }

        Tensor theta = _theta?.Call(x) ?? x;
        Tensor phi = Pooled(_phi?.Call(x) ?? x);
        Tensor y = Relate(theta, phi, Pooled(_g.Call(x)));

        // The rest knows no axes: positions in a row, so that batch norm and residual sum are one pass in every dimension.
        Tensor flat = x.Flatten(2);
        Tensor w = _out.Call(y.Flatten(2));
        return (_norm is null ? w + flat : _norm.CallFused(w, relu: false, flat)).Reshape(x.Shape.Lengths);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        if (!_identityStart)
        {
            return;
        }

        (Tensor weight, Tensor bias) = _norm is null ? (_out.Weight, _out.Bias!) : (_norm.Weight, _norm.Bias);
        weight.Fill(0);
        bias.Fill(0);
    }

    private Tensor Relate(Tensor theta, Tensor phi, Tensor g)
    {
        (RelationGrid queries, RelationGrid keys) = (RelationGrid.OfMaps(theta), RelationGrid.OfMaps(phi));
        switch (_mode)
        {
            case "dot_product":
                Publish(() => new ProductRelation("relation")
                {
                    Batch = theta.Shape[0],
                    Heads = 1,
                    Queries = queries,
                    Keys = keys,
                    Operands = (AttentionRecorder.Share(theta), AttentionRecorder.Share(phi)),
                    Factor = 1.0 / keys.Count,
                });
                return Products(theta.Flatten(2), phi.Flatten(2), g.Flatten(2)) * (1.0 / keys.Count);
            case "concatenation":
                Tensor weight = _project!.Weight.Reshape(1, 2 * _inner);
                Tensor a = weight.Narrow(1, 0, _inner).MatMul(theta.Flatten(2)).Reshape(theta.Shape[0], queries.Count);
                Tensor b = weight.Narrow(1, _inner, _inner).MatMul(phi.Flatten(2)).Reshape(theta.Shape[0], keys.Count);
                Publish(() => new SumRelation("relation")
                {
                    Batch = theta.Shape[0],
                    Heads = 1,
                    Queries = queries,
                    Keys = keys,
                    Operands = (AttentionRecorder.Share(a), AttentionRecorder.Share(b)),
                    Factor = 1.0 / keys.Count,
                });
                return a.RectifiedSumAttention(b, g.Flatten(2), 1.0 / keys.Count);
            default:
                var options = new ScaledDotProductOptions { Layout = AttentionLayout.Maps, Scale = _scale ? 1 / Math.Sqrt(_inner) : 1 };
                return Relations.Attend(this, theta, phi, g, options, queries, keys);
        }
    }

    /// <summary><c>g (φᵀ θ)</c> over positions, in the order that makes the smaller matrix.</summary>
    private static Tensor Products(Tensor theta, Tensor phi, Tensor g)
    {
        (long inner, long queries, long keys) = (theta.Shape[1], theta.Shape[2], phi.Shape[2]);
        return inner * (queries + keys) <= 2 * queries * keys
            ? g.MatMul(phi, transposeB: true).MatMul(theta)
            : g.MatMul(phi.MatMul(theta, transposeA: true));
    }

    private void Publish(Func<RelationMap> map)
    {
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, map());
        }
    }

    private Tensor Pooled(Tensor x) => !_subSample
        ? x
        : _dimension switch
        {
            1 => x.MaxPool1d(2),
            2 => x.MaxPool2d(2),
            _ => x.MaxPool3d((1, 2, 2)),
        };
}
