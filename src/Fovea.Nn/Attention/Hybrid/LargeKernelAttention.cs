using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Large Kernel Attention: a convolution over 21×21 positions, taken apart into a small depthwise one, a dilated depthwise one and one
/// over the channels, is the gate of every element.
/// <para>Formula: <c>y = x · 1×1(DW 7×7 dilated by 3(DW 5×5(x)))</c>, without a sigmoid.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>conv0</c>, <c>conv_spatial</c>, <c>conv1</c>.</para>
/// <para>Source: Guo et al., "Visual Attention Network", 2022.</para>
/// </summary>
public sealed class LargeKernelAttention : Mechanism<LargeKernelAttention>, IAttention<LargeKernelAttention>
{
    private int _channels;
    private Conv2d _conv0 = null!;
    private Conv2d _convSpatial = null!;
    private Conv2d _conv1 = null!;

    /// <summary>Creates the mechanism.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public LargeKernelAttention(int channels)
        : base(("channels", channels))
    {
    }

    private LargeKernelAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "lka",
        Name = "Large Kernel Attention",
        Paper = "Visual Attention Network",
        Year = 2022,
        Family = Family.Hybrid,
        Formula = "y = x · 1×1(DW 7×7 dilated by 3 (DW 5×5(x)))",
        Shapes = "x: [N, C, H, W] → same",
        Options = [OptionSpec.Channels()],
        Variants = ["Paper and official code are the same; in a block of VAN, 1×1 convolutions, a GELU and a residual sum stand around it."],
        Flow =
        [
            new("conv0", "DW 5×5", "x"), new("spatial", "DW 7×7, dilation 3", "conv0"), new("conv1", "1×1", "spatial"), new("y", "×", "x", "conv1"),
        ],
    };

    /// <inheritdoc/>
    public static LargeKernelAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _conv0 = Register("conv0", new Conv2d(_channels, _channels, 5, padding: 2, groups: _channels));
        _convSpatial = Register("conv_spatial", new Conv2d(_channels, _channels, 7, padding: 9, dilation: 3, groups: _channels));
        _conv1 = Register("conv1", new Conv2d(_channels, _channels, 1));
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("lka", x, _channels);
        Tensor gate = _conv1.Call(_convSpatial.Call(_conv0.Call(x)));
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new ElementGate("element", AttentionRecorder.Share(gate)));
        }

        return x * gate;
    }
}
