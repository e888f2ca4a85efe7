using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>How the context reaches the positions.</summary>
public enum ContextFusion
{
    /// <summary>It is added.</summary>
    Add,

    /// <summary>Its sigmoid is multiplied with.</summary>
    Mul,
}

/// <summary>
/// Global context block (GCNet): one attention map for all queries gathers a context vector, which is transformed and fused into every
/// position by multiplication, addition or both.
/// <para>Formula: <c>a = softmax_N(1×1→1 x)</c>, <c>t = 1×1(ReLU(LN(1×1 Σ_n a_n x_n)))</c>; <c>mul</c>: <c>x · σ(t)</c>, <c>add</c>:
/// <c>x + t</c>; with both, multiplication comes first.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. Parameters: <c>conv_mask</c>, <c>channel_add_conv.{0,1,3}</c>,
/// <c>channel_mul_conv.{0,1,3}</c>; LayerNorm is over [C/r, 1, 1]. The last convolutions start at zero, so that <c>add</c> starts as the
/// identity, unless <c>identityStart</c> is false.</para>
/// <para>Source: Cao et al., "GCNet: Non-local Networks Meet Squeeze-Excitation Networks and Beyond", 2019.</para>
/// </summary>
public sealed class GlobalContext : Mechanism<GlobalContext>, IAttention<GlobalContext>
{
    private int _channels;
    private bool _identityStart;
    private double _epsilon;
    private Conv2d _mask = null!;
    private Sequential? _add;
    private Sequential? _multiply;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public GlobalContext(int channels)
        : base(("channels", channels))
    {
    }

    private GlobalContext(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>Divides the channels inside the bottleneck: C → C/r → C (a whole number ≥ 1, default 16).</summary>
    public int Reduction { get => Integer(); init => Set(value); }

    /// <summary>How the context reaches the positions; with both, multiplication comes first (default [add]).</summary>
    public IReadOnlyList<ContextFusion> Fusion { get => Choices<ContextFusion>(); init => SetChoices(value); }

    /// <summary>Added to the variance in the LayerNorm; timm has 1e-6 (a number ≥ 0, default 1E-05).</summary>
    public double NormEpsilon { get => Number(); init => Set(value); }

    /// <summary>Whether the last convolutions start at zero, which makes add the identity at first (default true).</summary>
    public bool IdentityStart { get => Boolean(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "global_context",
        Name = "Global Context block",
        Paper = "GCNet: Non-local Networks Meet Squeeze-Excitation Networks and Beyond",
        Year = 2019,
        Family = Family.Channel,
        Formula = "a = softmax_N(1×1 x);  t = 1×1(ReLU(LN(1×1 Σ_n a_n x_n)));  mul: x · σ(t);  add: x + t",
        Shapes = "x: [N, C, H, W] → same",
        Options =
        [
            OptionSpec.Channels(),
            OptionSpec.Reduction(),
            OptionSpec.Choices("fusion", "How the context reaches the positions; with both, multiplication comes first.", ContextFusion.Add),
            OptionSpec.Number("normEpsilon", "Added to the variance in the LayerNorm; timm has 1e-6.", 1e-5, 0),
            OptionSpec.Boolean("identityStart", "Whether the last convolutions start at zero, which makes add the identity at first.", true),
        ],
        Variants =
        [
            "Official code: pooling att (as here) or avg; fusion add by default; the last convolution of each transform starts at zero.",
            "timm's GlobalContext: fusion mul by default, reduction 8, and normEpsilon 1e-6.",
        ],
        Flow =
        [
            new("a", "1×1 → 1, softmax over N", "x"), new("context", "Σ a·x", "x", "a"), new("t", "1×1, LN, ReLU, 1×1", "context"),
            new("y", "+ or × σ", "x", "t"),
        ],
    };

    /// <inheritdoc/>
    public static GlobalContext Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _channels = options.Integer("channels");
        _identityStart = options.Boolean("identityStart");
        int reduced = Channels.Reduced("global_context", _channels, options.Integer("reduction"));
        IReadOnlyList<string> fusion = options.Choices("fusion");
        _mask = Register("conv_mask", new Conv2d(_channels, 1, 1));
        _epsilon = options.Number("normEpsilon");
        _add = fusion.Contains("add") ? Register("channel_add_conv", Transform(reduced)) : null;
        _multiply = fusion.Contains("mul") ? Register("channel_mul_conv", Transform(reduced)) : null;
        ResetUnlessDeferred();
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("global_context", x, _channels);
        (int n, int h, int w) = (x.Shape[0], x.Shape[2], x.Shape[3]);
        Tensor weights = _mask.Call(x).Flatten(2).Softmax(-1);
        Tensor context = x.Flatten(2).MatMul(weights, transposeB: true).Reshape(n, _channels, 1, 1);
        Tensor? gate = _multiply?.Call(context).Sigmoid();
        Tensor y = gate is null ? x : x * gate;
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new PositionGate("context", AttentionRecorder.Share(weights.Reshape(n, 1, h, w))));
            if (gate is not null)
            {
                AttentionRecorder.Publish(this, new ChannelGate("channel", AttentionRecorder.Share(gate.Flatten())));
            }
        }

        return _add is null ? y : y + _add.Call(context);
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        if (_identityStart)
        {
            foreach (Sequential? transform in new[] { _add, _multiply })
            {
                (transform?[3] as Conv2d)?.Weight.Fill(0);
                (transform?[3] as Conv2d)?.Bias?.Fill(0);
            }
        }
    }

    private Sequential Transform(int reduced) => new(
        new Conv2d(_channels, reduced, 1), new LayerNorm([reduced, 1, 1], _epsilon), new ReLU(), new Conv2d(reduced, _channels, 1));
}
