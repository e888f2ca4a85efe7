using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Triplet Attention: three spatial gates over the three pairs of axes, each on the map that pooling the third axis leaves.
/// <para>Formula: <c>y = (x·g_cw + x·g_hc + x·g_hw) / 3</c>, each gate <c>σ(BN(conv k×k([max; mean] over the pooled axis)))</c>.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>cw.conv</c>, <c>cw.bn</c>, <c>hc.*</c>, <c>hw.*</c>; the convolutions have
/// no bias, batch norm has momentum 0.01.</para>
/// <para>Source: Misra et al., "Rotate to Attend: Convolutional Triplet Attention Module", 2021.</para>
/// </summary>
public sealed class TripletAttention : Mechanism<TripletAttention>, IAttention<TripletAttention>
{
    private Gate _cw = null!;
    private Gate _hc = null!;
    private Gate _hw = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    public TripletAttention()
    {
    }

    private TripletAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Side of the kernels, odd (a whole number ≥ 1, default 7).</summary>
    public int KernelSize { get => Integer(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "triplet",
        Name = "Triplet Attention",
        Paper = "Rotate to Attend: Convolutional Triplet Attention Module",
        Year = 2021,
        Family = Family.Hybrid,
        Formula = "y = (x·g_cw + x·g_hc + x·g_hw) / 3,  g = σ(BN(conv k×k([max; mean])))",
        Shapes = "x: [N, C, H, W] → same",
        Options = [OptionSpec.Integer("kernelSize", "Side of the kernels, odd.", 7)],
        Variants = ["The official code can leave out the H×W gate; the full form is the default and only one here."],
        Flow =
        [
            new("cw", "gate over C×W", "x"), new("hc", "gate over H×C", "x"), new("hw", "gate over H×W", "x"), new("y", "x · mean of gates", "x", "cw", "hc", "hw"),
        ],
    };

    /// <inheritdoc/>
    public static TripletAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        int kernel = options.Integer("kernelSize");
        if (kernel % 2 == 0)
        {
            throw new OptionException("triplet", $"kernelSize: expected an odd number, so that the maps keep their size, got {kernel}.");
        }

        _cw = Register("cw", new Gate(kernel));
        _hc = Register("hc", new Gate(kernel));
        _hw = Register("hw", new Gate(kernel));
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("triplet", x);
        (int n, int c, int h, int w) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);

        // The official code swaps axes of the whole input; pooling first and swapping the pooled map gives the same numbers.
        Tensor cw = _cw.Call(Pool(x, 2)).Reshape(n, c, 1, w);
        Tensor hc = _hc.Call(Pool(x, 3).Transpose(2, 3)).Transpose(2, 3).Reshape(n, c, h, 1);
        Tensor hw = _hw.Call(Pool(x, 1));
        Tensor sum = cw + hc + hw;
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new PositionGate("spatial", AttentionRecorder.Share(hw)));
            AttentionRecorder.Publish(this, new ElementGate("element", AttentionRecorder.Share(sum / 3)));
        }

        return x * sum / 3;
    }

    /// <summary>[max; mean] over an axis, as two channels of a map of the other two.</summary>
    private static Tensor Pool(Tensor x, int axis) => Tensor.Stack([x.Max(axis), x.Mean([axis])], 1);

    private sealed class Gate : Module
    {
        private readonly Conv2d _conv;
        private readonly BatchNorm2d _bn;

        public Gate(int kernel)
        {
            _conv = Register("conv", new Conv2d(2, 1, kernel, padding: kernel / 2, bias: false));
            _bn = Register("bn", new BatchNorm2d(1, momentum: 0.01));
        }

        protected override Tensor Forward(Tensor pooled) => _bn.Call(_conv.Call(pooled)).Sigmoid();
    }
}
