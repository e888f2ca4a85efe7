using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Efficient Channel Attention: each channel's gate is decided by its neighbours in the channel order, with k weights in all.
/// <para>Formula: <c>y = x · σ(conv1d_k(GAP(x)))</c> with zeros beyond the first and the last channel; when k is not given,
/// <c>t = ⌊|log2(C)/γ + b/γ|⌋</c> and k is t if odd, else t + 1, with γ = 2, b = 1.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameter: <c>conv.weight</c> [1, 1, k].</para>
/// <para>Source: Wang et al., "ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks", 2020.</para>
/// </summary>
public sealed class EfficientChannelAttention : Mechanism<EfficientChannelAttention>, IAttention<EfficientChannelAttention>
{
    private int _channels;
    private Conv1d _conv = null!;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public EfficientChannelAttention(int channels)
        : base(("channels", channels))
    {
    }

    private EfficientChannelAttention(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Length of the kernel, odd; null computes it from the channels (a whole number ≥ 1, default null).</summary>
    public int? KernelSize { get => IntegerOrNull(); init => Set(value); }

    /// <summary>γ of the computed kernel (a number ≥ 0.01, default 2).</summary>
    public double Gamma { get => Number(); init => Set(value); }

    /// <summary>b of the computed kernel (a number -64 … 64, default 1).</summary>
    public double B { get => Number(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "eca",
        Name = "Efficient Channel Attention",
        Paper = "ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks",
        Year = 2020,
        Family = Family.Channel,
        Formula = "y = x · σ(conv1d_k(GAP(x)))",
        Shapes = "x: [N, C, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Integer("kernelSize", "Length of the kernel, odd; null computes it from the channels.", nullable: true),
            OptionSpec.Number("gamma", "γ of the computed kernel.", 2, 0.01),
            OptionSpec.Number("b", "b of the computed kernel.", 1, -64, 64),
        ],
        Variants = ["Paper: the kernel follows from the channels. The official code fixes k = 3 unless told; give kernelSize for that."],
        Flow = [new("gap", "GAP", "x"), new("conv", "conv1d k over C", "gap"), new("gate", "σ", "conv"), new("y", "×", "x", "gate")],
    };

    /// <inheritdoc/>
    public static EfficientChannelAttention Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        int kernel = options.IntegerOrNull("kernelSize") ?? AdaptiveKernel(_channels, options.Number("gamma"), options.Number("b"));
        if (kernel % 2 == 0)
        {
            throw new OptionException("eca", $"kernelSize: expected an odd number, so that every channel keeps its place, got {kernel}.");
        }

        _conv = Register("conv", new Conv1d(1, 1, kernel, padding: kernel / 2, bias: false));
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("eca", x, _channels);
        int n = x.Shape[0];
        Tensor gate = _conv.Call(x.GlobalAvgPool().Reshape(n, 1, _channels)).Sigmoid().Reshape(n, _channels);
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new ChannelGate("channel", AttentionRecorder.Share(gate)));
        }

        return x * gate.Reshape(n, _channels, 1, 1);
    }

    private static int AdaptiveKernel(int channels, double gamma, double b)
    {
        int t = (int)Math.Abs(Math.Log2(channels) / gamma + b / gamma);
        return t % 2 == 1 ? t : t + 1;
    }
}
