using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// DANet's channel attention: every channel takes the maps of all others, weighed by how unlike they are.
/// <para>Formula, with X the C×N matrix of the maps: <c>E = X Xᵀ</c>, <c>A = softmax_j(max_j E − E)</c>, <c>y = γ · A X + x</c>.</para>
/// <para>Shapes: <c>x: [B, C, H, W] → same</c>. Parameters: <c>gamma</c>.</para>
/// <para>Source: Fu et al., "Dual Attention Network for Scene Segmentation", 2019; that the energies are subtracted from their maximum, so
/// that the least alike weighs most, stands in the official code and not in the paper. γ starts at 0, so a new block is the identity; with
/// <c>identityStart: false</c> it starts at 1. Deviation: <c>softmax(−E)</c> is the same function, with one rounding less.</para>
/// </summary>
public sealed class ChannelRelationAttention : Mechanism<ChannelRelationAttention>, IAttention<ChannelRelationAttention>
{
    private const string Key = "cam";
    private int _channels;
    private bool _identityStart;
    private Tensor _gamma = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public ChannelRelationAttention(int channels)
        : base(("channels", channels))
    {
    }

    private ChannelRelationAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Whether γ starts at 0, which makes a new block the identity, rather than at 1 (default true).</summary>
    public bool IdentityStart { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = Key,
        Name = "Channel Attention Module",
        Paper = "Dual Attention Network for Scene Segmentation",
        Year = 2019,
        Family = Family.Relation,
        Formula = "E = X Xᵀ;  A = softmax_j(max_j E − E);  y = γ · A X + x",
        Shapes = "x: [B, C, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Boolean("identityStart", "Whether γ starts at 0, which makes a new block the identity, rather than at 1.", true),
        ],
        Variants =
        [
            "Official code and document 002: softmax of the maximum minus the energies (the default and only form here). Paper: softmax of the energies.",
            "Here E is computed as the symmetric product it is, and max_j E − E as −E, which the softmax cannot tell apart.",
        ],
        Flow = [new("e", "X Xᵀ", "x"), new("a", "softmax(max − E)", "e"), new("ax", "A X", "a", "x"), new("y", "γ · + x", "ax", "x")],
    };

    /// <inheritdoc/>
    public static ChannelRelationAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _identityStart = options.Boolean("identityStart");
        _gamma = RegisterParameter("gamma", Tensor.Full([1], _identityStart ? 0 : 1));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps(Key, x, _channels);
        Tensor maps = x.Flatten(2);
        Tensor weights = (-maps.Gram()).Softmax(-1);
        if (AttentionRecorder.IsActive)
        {
            RelationGrid channels = RelationGrid.Channels(_channels);
            AttentionRecorder.Publish(this, new DenseRelation("channel")
            {
                Batch = x.Shape[0],
                Heads = 1,
                Queries = channels,
                Keys = channels,
                Weights = AttentionRecorder.Share(weights),
                Normalized = true,
            });
        }

        return x.AddScaled(weights.MatMul(maps).Reshape(x.Shape.Lengths), _gamma);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => _gamma.Fill(_identityStart ? 0 : 1);
}
