using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// Attention gate: a coarse gating signal decides where a skip connection passes.
/// <para>Formula: <c>y = x · ψ</c>, <c>ψ = σ(BN(1×1→1(ReLU(BN(1×1 g) + BN(1×1 x)))))</c>.</para>
/// <para>Shapes: gating <c>g: [N, Cg, H, W]</c>, skip <c>x: [N, C, H, W]</c> → <c>[N, C, H, W]</c>. Parameters: <c>w_g.{0,1}</c>,
/// <c>w_x.{0,1}</c>, <c>psi.{0,1}</c>.</para>
/// <para>Source: Oktay et al., "Attention U-Net: Learning Where to Look for the Pancreas", 2018. As in the popular ports, both inputs
/// have the same size (the paper resamples) and batch norm follows each convolution.</para>
/// </summary>
public sealed class AttentionGate : Mechanism<AttentionGate>, IAttention<AttentionGate>
{
    private int _gatingChannels;
    private int _channels;
    private Sequential _gating = null!;
    private Sequential _skip = null!;
    private Sequential _psi = null!;

    /// <summary>Creates the mechanism.</summary>
    /// <param name="gatingChannels">Channels of the gating signal.</param>
    /// <param name="channels">Channels of the skip connection.</param>
    /// <param name="intermediateChannels">Channels in which the two are added.</param>
    /// <exception cref="OptionException">A number is out of range.</exception>
    public AttentionGate(int gatingChannels, int channels, int intermediateChannels)
        : base(("gatingChannels", gatingChannels), ("channels", channels), ("intermediateChannels", intermediateChannels))
    {
    }

    private AttentionGate(AttentionOptions options)
        : base(options)
    {
    }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "attention_gate",
        Name = "Attention Gate",
        Paper = "Attention U-Net: Learning Where to Look for the Pancreas",
        Year = 2018,
        Family = Family.Spatial,
        Formula = "y = x · σ(BN(1×1→1(ReLU(BN(1×1 g) + BN(1×1 x)))))",
        Shapes = "g: [N, Cg, H, W], x: [N, C, H, W] → [N, C, H, W]",
        Inputs = ["gating", "skip"],
        Options =
        [
            OptionSpec.Integer("gatingChannels", "Channels of the gating signal."),
            OptionSpec.Integer("channels", "Channels of the skip connection."),
            OptionSpec.Integer("intermediateChannels", "Channels in which the two are added."),
        ],
        Variants =
        [
            "Paper: the gating signal is coarser than the skip, which is resampled to it; popular ports resample before the gate.",
            "The paper's additive attention has no batch norm; the ports, and this one, have it after each convolution.",
        ],
        Fit = static slot => new Dictionary<string, object>
        {
            ["gatingChannels"] = slot.Channels,
            ["channels"] = slot.Channels,
            ["intermediateChannels"] = Math.Max(1, slot.Channels / 2),
        },
        Flow =
        [
            new("wg", "1×1, BN", "g"), new("wx", "1×1, BN", "x"), new("sum", "+, ReLU", "wg", "wx"), new("psi", "1×1 → 1, BN, σ", "sum"),
            new("y", "×", "x", "psi"),
        ],
    };

    /// <inheritdoc/>
    public static AttentionGate Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _gatingChannels = options.Integer("gatingChannels");
        _channels = options.Integer("channels");
        int inner = options.Integer("intermediateChannels");
        _gating = Register("w_g", Projection(_gatingChannels, inner));
        _skip = Register("w_x", Projection(_channels, inner));
        _psi = Register("psi", Projection(inner, 1));
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) =>
        throw new ShapeException("attention_gate", "two inputs, the gating signal and the skip", "one");

    /// <inheritdoc/>
    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != 2)
        {
            throw new ShapeException("attention_gate", "two inputs, the gating signal and the skip", $"{inputs.Length}");
        }

        Tensor g = inputs[0];
        Tensor x = inputs[1];
        Channels.CheckMaps("attention_gate", g, _gatingChannels);
        Channels.CheckMaps("attention_gate", x, _channels);
        if (g.Shape.With(1, 0) != x.Shape.With(1, 0))
        {
            throw new ShapeException("attention_gate", $"a gating signal of the skip's size [{x.Shape[0]}, {_gatingChannels}, {x.Shape[2]}, {x.Shape[3]}]",
                g.Shape.ToString(), "resample it first");
        }

        Tensor psi = _psi.Call((_gating.Call(g) + _skip.Call(x)).Relu()).Sigmoid();
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new PositionGate("psi", AttentionRecorder.Share(psi)));
        }

        return x * psi;
    }

    private static Sequential Projection(int from, int to) => new(new Conv2d(from, to, 1), new BatchNorm2d(to));
}
