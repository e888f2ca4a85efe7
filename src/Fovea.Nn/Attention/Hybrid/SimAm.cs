using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>
/// SimAM: every element is weighed by how much it stands out from its channel's map, without a parameter.
/// <para>Formula, per channel with N = H·W: <c>d = (x − mean(x))²</c>, <c>e = d / (4 (Σd / (N − 1) + λ)) + ½</c>, <c>y = x · σ(e)</c>.</para>
/// <para>Shapes: <c>x: [N, C, H, W] → same</c>. No parameters.</para>
/// <para>Source: Yang et al., "SimAM: A Simple, Parameter-Free Attention Module for Convolutional Neural Networks", 2021. On a map of one
/// position, where N − 1 is 0, d is 0 as well and e is ½.</para>
/// </summary>
public sealed class SimAm : Mechanism<SimAm>, IAttention<SimAm>
{
    private double _lambda;

    /// <summary>Creates the mechanism; the options that need not be given are properties.</summary>
    public SimAm()
    {
    }

    private SimAm(AttentionOptions options)
        : base(options)
    {
    }

    /// <summary>λ, which keeps flat maps from dividing by zero (a number ≥ 1E-12, default 0.0001).</summary>
    public double Lambda { get => Number(); init => Set(value); }

    /// <inheritdoc/>
    public static Card Card { get; } = new()
    {
        Key = "simam",
        Name = "Simple, parameter-free attention module",
        Paper = "SimAM: A Simple, Parameter-Free Attention Module for Convolutional Neural Networks",
        Year = 2021,
        Family = Family.Hybrid,
        Formula = "d = (x − mean)²;  e = d / (4 (Σd / (N − 1) + λ)) + ½;  y = x · σ(e)",
        Shapes = "x: [N, C, H, W] → same",
        Options = [OptionSpec.Number("lambda", "λ, which keeps flat maps from dividing by zero.", 1e-4, 1e-12)],
        Variants = ["The official code is the formula."],
        Flow = [new("d", "(x − mean)²", "x"), new("e", "energy", "d"), new("gate", "σ", "e"), new("y", "×", "x", "gate")],
    };

    /// <inheritdoc/>
    public static SimAm Create(AttentionOptions options) => new(options);

    /// <inheritdoc/>
    protected override void Build(AttentionOptions options)
    {
        _lambda = options.Number("lambda");
    }

    /// <inheritdoc/>
    protected override bool IsFormula => true;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("simam", x);
        Tensor distance = (x - x.Mean([2, 3], keepDim: true)).Square();
        Tensor variance = distance.Sum([2, 3], keepDim: true) / Math.Max(1, (x.Shape[2] * x.Shape[3]) - 1);
        Tensor gate = (distance / ((variance + _lambda) * 4) + 0.5).Sigmoid();
        if (AttentionRecorder.IsActive)
        {
            AttentionRecorder.Publish(this, new ElementGate("element", AttentionRecorder.Share(gate)));
        }

        return x * gate;
    }
}
