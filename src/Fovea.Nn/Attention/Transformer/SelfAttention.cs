using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>Where products of queries and keys are divided by √d.</summary>
public enum ScalePlace
{
    /// <summary>Before the softmax, as in the paper.</summary>
    BeforeSoftmax,

    /// <summary>After the softmax, as in document 000.</summary>
    AfterSoftmax,
}

/// <summary>
/// Self-attention with one head: every token takes the values of all others, weighed by how its query matches their keys.
/// <para>Formula: <c>y = softmax(Q Kᵀ / √d) V</c> with <c>Q, K, V</c> linear in x and d the length of a query.</para>
/// <para>Shapes: <c>x: [B, L, inputDim] → [B, L, valueDim]</c>. Parameters: <c>q</c>, <c>k</c>, <c>v</c> (Linear, with bias).</para>
/// <para>Source: Vaswani et al., "Attention Is All You Need", 2017. <c>scale: before-softmax</c>, the paper's order, is the default because
/// the products of two vectors of d numbers have a deviation of √d: undivided they drive the softmax to one winner, where its gradient
/// vanishes. <c>after-softmax</c> is document 000's order, <c>softmax(Q Kᵀ) · (1/√d) · V</c>, in which that happens and the output is √d
/// times smaller; it is there to load and reproduce such models.</para>
/// </summary>
public sealed class SelfAttention : Mechanism<SelfAttention>, IAttention<SelfAttention>
{
    private const string Key = "self_attention";
    private int _inputDim;
    private int _keyDim;
    private bool _after;
    private Linear _query = null!;
    private Linear _key = null!;
    private Linear _value = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="inputDim">Features of a token.</param>
    /// <param name="keyDim">Features of queries and keys, d.</param>
    /// <param name="valueDim">Features of values and of the output.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public SelfAttention(int inputDim, int keyDim, int valueDim)
        : base(("inputDim", inputDim), ("keyDim", keyDim), ("valueDim", valueDim))
    {
    }

    private SelfAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Where 1/√d is applied (default before-softmax).</summary>
    public ScalePlace Scale { get => Choice<ScalePlace>(); init => SetChoice(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = Key,
        Name = "Self-attention",
        Paper = "Attention Is All You Need",
        Year = 2017,
        Family = Family.Transformer,
        Formula = "y = softmax(Q Kᵀ / √d) V",
        Shapes = "x: [B, L, inputDim] → [B, L, valueDim]",
        KeepsShape = false,
        Options =
        [
            OptionSpec.Integer("inputDim", "Features of a token."),
            OptionSpec.Integer("keyDim", "Features of queries and keys, d."),
            OptionSpec.Integer("valueDim", "Features of values and of the output."),
            OptionSpec.Choice("scale", "Where 1/√d is applied.", ScalePlace.BeforeSoftmax),
        ],
        Variants =
        [
            "Paper: the products are divided by √d before the softmax (the default), which keeps their deviation at 1 and the softmax out of saturation.",
            "Document 000: the softmax of the undivided products is divided by √d afterwards (scale: after-softmax).",
        ],
        Fit = static slot => new Dictionary<string, object>
        {
            ["inputDim"] = slot.Channels,
            ["keyDim"] = slot.Channels,
            ["valueDim"] = slot.Channels,
        },
        Flow =
        [
            new("q", "Linear → d", "x"), new("k", "Linear → d", "x"), new("v", "Linear", "x"), new("a", "softmax(q·k / √d)", "q", "k"), new("y", "A v", "a", "v"),
        ],
    };

    /// <inheritdoc/>
    public static SelfAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _inputDim = options.Integer("inputDim");
        _keyDim = options.Integer("keyDim");
        _after = options.Choice("scale") == "after-softmax";
        _query = Register("q", new Linear(_inputDim, _keyDim));
        _key = Register("k", new Linear(_inputDim, _keyDim));
        _value = Register("v", new Linear(_inputDim, options.Integer("valueDim")));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 3 || x.Shape[2] != _inputDim)
        {
            throw new ShapeException(Key, $"[B, L, {_inputDim}]", x.Shape.ToString(), $"inputDim was set to {_inputDim}");
        }

        var options = new ScaledDotProductOptions { Layout = AttentionLayout.Tokens, Scale = _after ? 1 : null };
        RelationGrid tokens = RelationGrid.Sequence(x.Shape[1]);
        Tensor y = Relations.Attend(this, _query.Call(x), _key.Call(x), _value.Call(x), options, tokens, tokens);
        return _after ? y * (1 / Math.Sqrt(_keyDim)) : y;
    }
}
