using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Criss-cross attention (CCNet): each position looks along its row and its column; applied twice, every position reaches every other.
/// <para>Formula: <c>y_p = x_p + γ · Σ_j a_pj v_j</c> with <c>a_p = softmax_j(q_p · k_j)</c>, unscaled, over the W positions of p's row and
/// the H − 1 others of its column; q, k: 1×1 → C/8, v: 1×1 → C. <c>recurrence</c> applies the same weights to the result again.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>query_conv</c>, <c>key_conv</c>, <c>value_conv</c>, <c>gamma</c> [1].</para>
/// <para>γ starts at 0 in the paper: the block is the identity at first, passes the gradient through unchanged, and its convolutions learn
/// only once γ has left 0. With <c>identityStart</c> false γ starts at 1.</para>
/// <para>Source: Huang et al., "CCNet: Criss-Cross Attention for Semantic Segmentation", 2019. The logits are never stored: memory grows
/// with H·W alone. Maps: the relation of each hop, and the path over all of them.</para>
/// </summary>
public sealed class CrissCrossAttention : Mechanism<CrissCrossAttention>, IAttention<CrissCrossAttention>
{
    private const string Key = "criss_cross";
    private int _channels;
    private int _recurrence;
    private bool _identityStart;
    private Conv2d _query = null!;
    private Conv2d _key = null!;
    private Conv2d _value = null!;
    private Tensor _gamma = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public CrissCrossAttention(int channels)
        : base(("channels", channels))
    {
    }

    private CrissCrossAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>
    /// How often the same weights are applied; from 2 on every position reaches every other (a whole number ≥ 1, default 2).
    /// </summary>
    public int Recurrence { get => Integer(); init => Set(value); }

    /// <summary>Whether γ starts at 0, which makes the block the identity at first; otherwise at 1 (default true).</summary>
    public bool IdentityStart { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = Key,
        Name = "Criss-Cross Attention",
        Paper = "CCNet: Criss-Cross Attention for Semantic Segmentation",
        Year = 2019,
        Family = Family.Relation,
        Formula = "y_p = x_p + γ · Σ_j softmax_j(q_p·k_j) v_j, j over the row and the column of p;  R times",
        Shapes = "x: [N, C, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Integer("recurrence", "How often the same weights are applied; from 2 on every position reaches every other.", 2),
            OptionSpec.Boolean("identityStart", "Whether γ starts at 0, which makes the block the identity at first; otherwise at 1.", true),
        ],
        Variants = ["Official code: the position itself counts once, in the row, as here; its place in the column has the logit −∞."],
        Flow =
        [
            new("q", "1×1 → C/8", "x"), new("k", "1×1 → C/8", "x"), new("v", "1×1", "x"), new("a", "softmax over row and column", "q", "k"),
            new("s", "Σ a·v", "a", "v"), new("y", "x + γ·", "x", "s"),
        ],
    };

    /// <inheritdoc/>
    public static CrissCrossAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _recurrence = options.Integer("recurrence");
        _identityStart = options.Boolean("identityStart");
        if (_channels < 8)
        {
            throw new OptionException(Key, $"channels ({_channels}): queries and keys have an eighth of them, which leaves none; choose channels ≥ 8.");
        }

        _query = Register("query_conv", new Conv2d(_channels, _channels / 8, 1));
        _key = Register("key_conv", new Conv2d(_channels, _channels / 8, 1));
        _value = Register("value_conv", new Conv2d(_channels, _channels, 1));
        _gamma = RegisterParameter("gamma", Tensor.Zeros([1]));
        ResetUnlessDeferred();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps(Key, x, _channels);
        var hops = new List<CrissCrossRelation>();
        for (int hop = 1; hop <= _recurrence; hop++)
        {
            (Tensor q, Tensor k) = (_query.Call(x), _key.Call(x));
            (x, Tensor statistics) = q.CrissCrossWithStatistics(k, _value.Call(x), x, _gamma);
            if (AttentionRecorder.IsActive)
            {
                hops.Add(CrissCrossRelation.Of($"hop{hop}", q, k, statistics));
                AttentionRecorder.Publish(this, hops[^1]);
            }
        }

        if (hops.Count > 1)
        {
            AttentionRecorder.Publish(this, CrissCrossPath.Of("composed", hops));
        }

        return x;
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => _gamma.Fill(_identityStart ? 0 : 1);
}
