using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Spatial Group-wise Enhance: in each group of channels, positions that agree with the group's mean feature are made stronger.
/// <para>Formula, per group of C/G channels: <c>s = Σ_c x_c · GAP(x)_c</c>, <c>t = (s − mean(s)) / (std(s) + 1e-5)</c> with the unbiased
/// deviation over positions, <c>y = x · σ(w_g · t + b_g)</c>.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>weight</c> (zeros), <c>bias</c> (ones) [1, G, 1, 1].</para>
/// <para>Source: Li, Hu, Yang, "Spatial Group-wise Enhance: Improving Semantic Feature Learning in Convolutional Networks", 2019. On a
/// map of one position the deviation, undefined there, counts as 0.</para>
/// </summary>
public sealed class SpatialGroupEnhance : Mechanism<SpatialGroupEnhance>, IAttention<SpatialGroupEnhance>
{
    private int _channels;
    private int _groups;
    private Tensor _weight = null!;
    private Tensor _bias = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public SpatialGroupEnhance(int channels)
        : base(("channels", channels))
    {
    }

    private SpatialGroupEnhance(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Groups of channels, each with a map of its own; must divide the channels (a whole number ≥ 1, default 64).</summary>
    public int Groups { get => Integer(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "sge",
        Name = "Spatial Group-wise Enhance",
        Paper = "Spatial Group-wise Enhance: Improving Semantic Feature Learning in Convolutional Networks",
        Year = 2019,
        Family = Family.Spatial,
        Formula = "per group: s = Σ_c x_c · GAP(x)_c;  t = (s − mean) / (std + 1e-5);  y = x · σ(w · t + b)",
        Shapes = "x: [N, C, H, W] → same",
        Options = [OptionSpec.Channels(), OptionSpec.Integer("groups", "Groups of channels, each with a map of its own; must divide the channels.", 64)],
        Variants = ["Official code: the unbiased deviation, and 1e-5 added to it rather than to the variance, as here."],
        Fit = static slot => new Dictionary<string, object> { ["channels"] = slot.Channels, ["groups"] = Channels.MostGroups(slot.Channels, 64) },
        Flow =
        [
            new("gap", "GAP", "x"), new("s", "dot over the group", "x", "gap"), new("t", "normalise over positions", "s"),
            new("gate", "w·t + b, σ", "t"), new("y", "×", "x", "gate"),
        ],
    };

    /// <inheritdoc/>
    public static SpatialGroupEnhance Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _groups = options.Integer("groups");
        Channels.CheckDivisible("sge", "channels", _channels, "groups", _groups);
        _weight = RegisterParameter("weight", Tensor.Zeros([1, _groups, 1, 1]));
        _bias = RegisterParameter("bias", Tensor.Ones([1, _groups, 1, 1]));
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("sge", x, _channels);
        (int n, int h, int w) = (x.Shape[0], x.Shape[2], x.Shape[3]);
        Tensor maps = x.Reshape(n * _groups, _channels / _groups, h, w);
        Tensor similarity = (maps * maps.Mean([2, 3], keepDim: true)).Sum([1], keepDim: true);
        Tensor distance = similarity - similarity.Mean([2, 3], keepDim: true);
        Tensor length = distance.Reshape(n * _groups, h * w).Norm(1, keepDim: true).Reshape(n * _groups, 1, 1, 1);
        Tensor deviation = length / Math.Sqrt(Math.Max(1, (h * w) - 1));
        Tensor gate = ((distance / (deviation + 1e-5)).Reshape(n, _groups, h, w) * _weight + _bias).Sigmoid();
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new PositionGate("groups", AttentionRecorder.Share(gate)));
        }

        return (maps * gate.Reshape(n * _groups, 1, h, w)).Reshape(x.Shape.Lengths);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        _weight.Fill(0);
        _bias.Fill(1);
    }
}
