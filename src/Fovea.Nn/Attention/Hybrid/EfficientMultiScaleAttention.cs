using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Efficient Multi-scale Attention: in each group of channels a branch with gates per row and column and a 3×3 branch, each of which
/// weighs the other's channels by its own means; the two maps that come of it make one gate per position.
/// <para>Formula, per group: <c>[f_h; f_w] = 1×1 [mean_W x; mean_H x]</c>, <c>u = GN(x · σ(f_h) · σ(f_w))</c>, <c>v = 3×3 x</c>,
/// <c>y = x · σ(softmax_C(GAP u) · v + softmax_C(GAP v) · u)</c>. GN has as many groups as channels.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>; C must divide by G. Parameters, shared by the groups: <c>conv1x1</c>, <c>conv3x3</c>,
/// <c>gn</c>, of C/G channels.</para>
/// <para>Source: Ouyang et al., "Efficient Multi-Scale Attention Module with Cross-Spatial Learning", 2023.</para>
/// </summary>
public sealed class EfficientMultiScaleAttention : Mechanism<EfficientMultiScaleAttention>, IAttention<EfficientMultiScaleAttention>
{
    private int _channels;
    private int _groups;
    private Conv2d _conv1 = null!;
    private Conv2d _conv3 = null!;
    private GroupNorm _norm = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public EfficientMultiScaleAttention(int channels)
        : base(("channels", channels))
    {
    }

    private EfficientMultiScaleAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Groups of channels, each with a gate of its own; must divide the channels (a whole number ≥ 1, default 32).</summary>
    public int Groups { get => Integer(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "ema",
        Name = "Efficient Multi-scale Attention",
        Paper = "Efficient Multi-Scale Attention Module with Cross-Spatial Learning",
        Year = 2023,
        Family = Family.Hybrid,
        Formula = "per group: [f_h; f_w] = 1×1 [mean_W x; mean_H x];  u = GN(x · σ(f_h) · σ(f_w));  v = 3×3 x;  "
            + "y = x · σ(softmax_C(GAP u) · v + softmax_C(GAP v) · u)",
        Shapes = "x: [N, C, H, W] → same",
        Options = [OptionSpec.Channels(), OptionSpec.Integer("groups", "Groups of channels, each with a gate of its own; must divide the channels.", 32)],
        Variants =
        [
            "Official code: the groups are called factor; GN normalises each channel by itself, as here, so that GAP u is its bias.",
        ],
        Fit = static slot => new Dictionary<string, object> { ["channels"] = slot.Channels, ["groups"] = Channels.MostGroups(slot.Channels, 32) },
        Flow =
        [
            new("f", "row and column means, 1×1, σ", "x"), new("u", "x · f_h · f_w, GN", "x", "f"), new("v", "3×3", "x"),
            new("uv", "softmax(GAP u) · v", "u", "v"), new("vu", "softmax(GAP v) · u", "v", "u"), new("gate", "+, σ", "uv", "vu"),
            new("y", "×", "x", "gate"),
        ],
    };

    /// <inheritdoc/>
    public static EfficientMultiScaleAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _groups = options.Integer("groups");
        Channels.CheckDivisible("ema", "channels", _channels, "groups", _groups);
        int inner = _channels / _groups;
        _norm = Register("gn", new GroupNorm(inner, inner));
        _conv1 = Register("conv1x1", new Conv2d(inner, inner, 1));
        _conv3 = Register("conv3x3", new Conv2d(inner, inner, 3, padding: 1));
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("ema", x, _channels);
        (int blocks, int inner, int h, int w) = (x.Shape[0] * _groups, _channels / _groups, x.Shape[2], x.Shape[3]);
        Tensor maps = x.Reshape(blocks, inner, h, w);
        Tensor strips = Tensor.Concat([maps.Mean([3]), maps.Mean([2])], 2).Reshape(blocks, inner, h + w, 1);
        Tensor f = _conv1.Call(strips).Sigmoid();
        Tensor u = _norm.Call(maps * f.Narrow(2, 0, h) * f.Narrow(2, h, w).Reshape(blocks, inner, 1, w));
        Tensor v = _conv3.Call(maps);
        Tensor gate = (Weighed(u, v) + Weighed(v, u)).Sigmoid().Reshape(blocks, 1, h, w);
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new PositionGate("groups", AttentionRecorder.Share(gate.Reshape(x.Shape[0], _groups, h, w))));
        }

        return (maps * gate).Reshape(x.Shape.Lengths);
    }

    /// <summary>The sum of a branch's channels, [N·G, 1, H·W], weighed by the means of the other.</summary>
    private static Tensor Weighed(Tensor by, Tensor maps) =>
        by.GlobalAvgPool().Softmax(1).Reshape(by.Shape[0], 1, by.Shape[1]).MatMul(maps.Flatten(2));
}
