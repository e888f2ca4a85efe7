using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// DANet's position attention: every position takes the values of all others, weighed by how alike they are.
/// <para>Formula, over the N = H·W positions: <c>A = softmax_j(q_i · k_j)</c>, unscaled; <c>y_i = γ · Σ_j A_ij v_j + x_i</c>. q and k are
/// 1×1 → C/8, v is 1×1 → C.</para>
/// <para>Shapes: <c>x: [B, C, H, W] → same</c>. Parameters: <c>query_conv</c>, <c>key_conv</c>, <c>value_conv</c>, <c>gamma</c>.</para>
/// <para>Source: Fu et al., "Dual Attention Network for Scene Segmentation", 2019. γ starts at 0, so a new block is the identity and only γ
/// gets a gradient in the first step; with <c>identityStart: false</c> it starts at 1. The N×N relation is never stored, forward or
/// backward.</para>
/// </summary>
public sealed class PositionAttention : Mechanism<PositionAttention>, IAttention<PositionAttention>
{
    private const string Key = "pam";
    private const int Reduction = 8;
    private int _channels;
    private bool _identityStart;
    private Conv2d _query = null!;
    private Conv2d _key = null!;
    private Conv2d _value = null!;
    private Tensor _gamma = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public PositionAttention(int channels)
        : base(("channels", channels))
    {
    }

    private PositionAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Channels of queries and keys; null: an eighth of the channels (a whole number ≥ 1, default null).</summary>
    public int? KeyChannels { get => IntegerOrNull(); init => Set(value); }

    /// <summary>Whether γ starts at 0, which makes a new block the identity, rather than at 1 (default true).</summary>
    public bool IdentityStart { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = Key,
        Name = "Position Attention Module",
        Paper = "Dual Attention Network for Scene Segmentation",
        Year = 2019,
        Family = Family.Relation,
        Formula = "A = softmax_j(q_i·k_j);  y_i = γ · Σ_j A_ij v_j + x_i",
        Shapes = "x: [B, C, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Integer("keyChannels", "Channels of queries and keys; null: an eighth of the channels.", nullable: true),
            OptionSpec.Boolean("identityStart", "Whether γ starts at 0, which makes a new block the identity, rather than at 1.", true),
        ],
        Variants =
        [
            "Paper, official code and document 002 agree: the products are not scaled, γ starts at 0.",
            "mmsegmentation's PAM has 64 channels of queries and keys, whatever the channels are (keyChannels: 64).",
            "Here the N×N relation is never stored: softmax and product are computed tile by tile, in both directions.",
        ],
        Flow =
        [
            new("q", "1×1 → C/8", "x"), new("k", "1×1 → C/8", "x"), new("v", "1×1 → C", "x"), new("a", "softmax(q·k)", "q", "k"),
            new("av", "A v", "a", "v"), new("y", "γ · + x", "av", "x"),
        ],
    };

    /// <inheritdoc/>
    public static PositionAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _identityStart = options.Boolean("identityStart");
        int depth = options.IntegerOrNull("keyChannels") ?? _channels / Reduction;
        if (depth < 1)
        {
            throw new OptionException(
                Key, $"channels ({_channels}): queries and keys have an eighth of them, which leaves none; choose channels ≥ {Reduction}, or give keyChannels.");
        }

        _query = Register("query_conv", new Conv2d(_channels, depth, 1));
        _key = Register("key_conv", new Conv2d(_channels, depth, 1));
        _value = Register("value_conv", new Conv2d(_channels, _channels, 1));
        _gamma = RegisterParameter("gamma", Tensor.Full([1], _identityStart ? 0 : 1));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps(Key, x, _channels);
        var grid = RelationGrid.OfMaps(x);
        var options = new ScaledDotProductOptions { Layout = AttentionLayout.Maps, Scale = 1 };
        Tensor y = Relations.Attend(this, _query.Call(x), _key.Call(x), _value.Call(x), options, grid, grid);
        return x.AddScaled(y, _gamma);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => _gamma.Fill(_identityStart ? 0 : 1);
}
