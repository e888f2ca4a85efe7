using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Multi-head attention: several attentions beside each other, each on a share of the features, joined by a linear map.
/// <para>Formula, per head h with d = embedDim / heads: <c>y_h = softmax(Q_h K_hᵀ / √d + mask) V_h</c>; <c>y = [y_1 … y_H] W_oᵀ + b_o</c>;
/// <c>Q, K, V</c> are the three thirds of one linear map, of the tokens themselves or, with <c>cross</c>, Q of the query and K, V of the
/// key-value tokens.</para>
/// <para>Shapes: self: <c>x: [B, N, E] → same</c>; cross: <c>query: [B, N, E]</c>, <c>keyValue: [B, S, E]</c> → <c>[B, N, E]</c>. Then, each
/// optional: <c>keyPaddingMask: [B, S]</c>, boolean; <c>mask</c>, boolean or added to the scaled products, of a shape that broadcasts to
/// <c>[B, heads, N, S]</c>. One convention everywhere: true = may attend. A query with nothing to attend to gives zeros (before the output
/// map), never NaN. Parameters: <c>in_proj_weight</c> [3E, E], <c>in_proj_bias</c> [3E], <c>out_proj.{weight,bias}</c>.</para>
/// <para>Source: Vaswani et al., "Attention Is All You Need", 2017; names as in PyTorch, whose boolean masks have the opposite sense.
/// Dropout, in training, drops attention weights; the [N, S] weights are never stored.</para>
/// </summary>
public sealed class MultiHeadAttention : Mechanism<MultiHeadAttention>, IAttention<MultiHeadAttention>, IStochastic
{
    private const string Key = "multi_head";
    private int _embedDim;
    private int _heads;
    private bool _causal;
    private bool _cross;
    private double _dropout;
    private Tensor _weight = null!;
    private Tensor _bias = null!;
    private Linear _out = null!;
    private Generator _generator = new(0);

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="embedDim">Features of a token, E.</param>
    /// <param name="heads">Attentions beside each other; divides embedDim.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public MultiHeadAttention(int embedDim, int heads)
        : base(("embedDim", embedDim), ("heads", heads))
    {
    }

    private MultiHeadAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Whether token i may attend to tokens 0 … i only (default false).</summary>
    public bool Causal { get => Boolean(); init => Set(value); }

    /// <summary>Whether keys and values come from a second input (default false).</summary>
    public bool Cross { get => Boolean(); init => Set(value); }

    /// <summary>Share of attention weights that are dropped in training (a number 0 … 1, default 0).</summary>
    public double Dropout { get => Number(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = Key,
        Name = "Multi-head attention",
        Paper = "Attention Is All You Need",
        Year = 2017,
        Family = Family.Transformer,
        Formula = "y_h = softmax(Q_h K_hᵀ / √d + mask) V_h;  y = [y_1 … y_H] W_oᵀ + b_o",
        Shapes = "x: [B, N, E] → same; cross: query [B, N, E], keyValue [B, S, E] → [B, N, E]; optional keyPaddingMask [B, S], mask [B, heads, N, S]",
        KeepsShape = false,
        Inputs = ["x"],
        Options =
        [
            OptionSpec.Integer("embedDim", "Features of a token, E."),
            OptionSpec.Integer("heads", "Attentions beside each other; divides embedDim."),
            OptionSpec.Boolean("causal", "Whether token i may attend to tokens 0 … i only.", false),
            OptionSpec.Boolean("cross", "Whether keys and values come from a second input.", false),
            OptionSpec.Number("dropout", "Share of attention weights that are dropped in training.", 0, 0, 1),
        ],
        Variants =
        [
            "PyTorch's boolean masks say where not to attend; here true = may attend, everywhere.",
            "PyTorch gives NaN for a query with nothing to attend to; here it gives zeros before the output map.",
        ],
        Fit = static slot => new Dictionary<string, object>
        {
            ["embedDim"] = slot.Channels,
            ["heads"] = Channels.MostGroups(slot.Channels, 8),
        },
        Flow =
        [
            new("qkv", "Linear → 3E", "x"), new("a", "softmax(q·k / √d) per head", "qkv"), new("av", "A v", "a", "qkv"), new("y", "Linear", "av"),
        ],
    };

    /// <inheritdoc/>
    public Generator Generator
    {
        get
        {
            EnsureBuilt();
            return _generator;
        }

        set
        {
            // The parts draw first values when they are made, and would have the last word.
            EnsureBuilt();
            _generator = value;
        }
    }

    /// <inheritdoc/>
    public static MultiHeadAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _embedDim = options.Integer("embedDim");
        _heads = options.Integer("heads");
        _causal = options.Boolean("causal");
        _cross = options.Boolean("cross");
        _dropout = options.Number("dropout");
        Channels.CheckDivisible(Key, "embedDim", _embedDim, "heads", _heads);
        _weight = RegisterParameter("in_proj_weight", Tensor.Empty([3 * _embedDim, _embedDim]));
        _bias = RegisterParameter("in_proj_bias", Tensor.Zeros([3 * _embedDim]));
        _out = Register("out_proj", new Linear(_embedDim, _embedDim));
        ResetUnlessDeferred();
    }

    /// <summary>Attends, with the optional inputs by name.</summary>
    /// <param name="query">[B, N, E].</param>
    /// <param name="keyValue">[B, S, E] with <c>cross</c>, else null.</param>
    /// <param name="keyPaddingMask">Boolean [B, S], true = may be attended to; null when no key is padding.</param>
    /// <param name="mask">Boolean (true = may attend) or additive, broadcasting to [B, heads, N, S]; null for none. It gets no gradient.</param>
    /// <exception cref="ShapeException">An input does not fit.</exception>
    public Tensor Attend(Tensor query, Tensor? keyValue = null, Tensor? keyPaddingMask = null, Tensor? mask = null)
    {
        EnsureBuilt();
        Check("query", query);
        if (_cross)
        {
            Check("keyValue", keyValue ?? throw new ShapeException(Key, "a query and a key-value input", "one input", "cross was set to true"));
        }
        else if (keyValue is not null)
        {
            throw new ShapeException(Key, "one input of tokens", $"{query.Shape} and {keyValue.Shape}", "set cross to true to attend to a second one");
        }

        bool drops = IsTraining && _dropout > 0;
        var options = new ScaledDotProductOptions
        {
            Layout = AttentionLayout.Tokens,
            Heads = _heads,
            Causal = _causal,
            Mask = mask?.Detach(),
            KeyMask = keyPaddingMask,
            Dropout = drops ? _dropout : 0,
            Generator = drops ? Generator : null,
        };
        RelationGrid queries = RelationGrid.Sequence(query.Shape[1]);
        if (keyValue is null)
        {
            return _out.Call(Relations.AttendPacked(this, query.Linear(_weight, _bias), options, queries));
        }

        return _out.Call(Relations.Attend(
            this, Project(query, 0), Project(keyValue, 1), Project(keyValue, 2), options, queries, RelationGrid.Sequence(keyValue.Shape[1])));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Attend(x);

    /// <inheritdoc/>
    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        int tokens = _cross ? 2 : 1;
        if (inputs.Length < tokens || inputs.Length > tokens + 2)
        {
            throw new ShapeException(Key, _cross ? "query, keyValue, and optionally keyPaddingMask and mask" : "x, and optionally keyPaddingMask and mask",
                $"{inputs.Length} inputs");
        }

        return Attend(inputs[0], _cross ? inputs[1] : null, inputs.Length > tokens ? inputs[tokens] : null, inputs.Length > tokens + 1 ? inputs[tokens + 1] : null);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        Initialization.XavierUniform(_weight, _embedDim, 3 * _embedDim, generator);
        _bias.Fill(0);
        _out.Bias!.Fill(0);
        Generator = generator.Fork("dropout");
    }

    private Tensor Project(Tensor x, int third) =>
        x.Linear(_weight.Narrow(0, third * _embedDim, _embedDim), _bias.Narrow(0, third * _embedDim, _embedDim));

    private void Check(string name, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 3 || x.Shape[2] != _embedDim)
        {
            throw new ShapeException(Key, $"{name} [B, N, {_embedDim}]", x.Shape.ToString(), $"embedDim was set to {_embedDim}");
        }
    }
}
