using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Coordinate Attention: a gate per channel and row times a gate per channel and column, so that position along each axis is kept.
/// <para>Formula: <c>f = h-swish(BN(1×1 [mean_W(x); mean_H(x)]))</c>, split into <c>f_h</c> and <c>f_w</c>,
/// <c>y = x · σ(1×1 f_h) · σ(1×1 f_w)</c>; f has max(8, C/r) channels.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>conv1</c>, <c>bn1</c>, <c>conv_h</c>, <c>conv_w</c>.</para>
/// <para>Source: Hou, Zhou, Feng, "Coordinate Attention for Efficient Mobile Network Design", 2021.</para>
/// </summary>
public sealed class CoordinateAttention : Mechanism<CoordinateAttention>, IAttention<CoordinateAttention>
{
    private int _channels;
    private Conv2d _conv1 = null!;
    private BatchNorm2d _bn1 = null!;
    private Conv2d _convH = null!;
    private Conv2d _convW = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public CoordinateAttention(int channels)
        : base(("channels", channels))
    {
    }

    private CoordinateAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>The strips have max(8, C/r) channels (a whole number ≥ 1, default 32).</summary>
    public int Reduction { get => Integer(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "coordinate",
        Name = "Coordinate Attention",
        Paper = "Coordinate Attention for Efficient Mobile Network Design",
        Year = 2021,
        Family = Family.Hybrid,
        Formula = "f = h-swish(BN(1×1 [mean_W x; mean_H x]));  y = x · σ(1×1 f_h) · σ(1×1 f_w)",
        Shapes = "x: [N, C, H, W] → same",
        Options = [OptionSpec.Channels(), OptionSpec.Integer("reduction", "The strips have max(8, C/r) channels.", 32)],
        Variants = ["Paper and official code are the same; the paper writes the non-linearity as δ, the code uses h-swish."],
        Flow =
        [
            new("rows", "mean over W", "x"), new("columns", "mean over H", "x"), new("f", "concat, 1×1, BN, h-swish", "rows", "columns"),
            new("gh", "1×1, σ (rows)", "f"), new("gw", "1×1, σ (columns)", "f"), new("y", "×", "x", "gh", "gw"),
        ],
    };

    /// <inheritdoc/>
    public static CoordinateAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        int inner = Math.Max(8, _channels / options.Integer("reduction"));
        _conv1 = Register("conv1", new Conv2d(_channels, inner, 1));
        _bn1 = Register("bn1", new BatchNorm2d(inner));
        _convH = Register("conv_h", new Conv2d(inner, _channels, 1));
        _convW = Register("conv_w", new Conv2d(inner, _channels, 1));
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("coordinate", x, _channels);
        (int n, int h, int w) = (x.Shape[0], x.Shape[2], x.Shape[3]);
        Tensor strips = Tensor.Concat([x.Mean([3]), x.Mean([2])], 2).Reshape(n, _channels, h + w, 1);
        Tensor f = _bn1.Call(_conv1.Call(strips)).HardSwish();
        Tensor rows = _convH.Call(f.Narrow(2, 0, h)).Sigmoid();
        Tensor columns = _convW.Call(f.Narrow(2, h, w)).Sigmoid().Reshape(n, _channels, 1, w);
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new ElementGate("element", AttentionRecorder.Share(rows * columns)));
        }

        return x * rows * columns;
    }
}
