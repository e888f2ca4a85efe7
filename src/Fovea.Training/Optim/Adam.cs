using System.Numerics;
using Fovea.Simd.Optim;

namespace Fovea.Training;

/// <summary>What <see cref="Adam"/> can be told.</summary>
public sealed record AdamOptions
{
    /// <summary>β₁, the decay of the mean of gradients, in [0, 1); default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂, the decay of the mean of squared gradients, in [0, 1); default 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε, added to the root of the mean square, at least 0; default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Shrink the weights by the decay itself, as AdamW does, instead of adding it to the gradient; default false.</summary>
    public bool DecoupledDecay { get; init; }
}

/// <summary>
/// Adam (Kingma and Ba 2015) and, with <see cref="AdamOptions.DecoupledDecay"/>, AdamW (Loshchilov and Hutter 2019), as PyTorch computes
/// them. With step t: <c>m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − η/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)</c>, where before it
/// Adam adds <c>λw</c> to g and AdamW takes <c>ηλw</c> from w.
/// </summary>
public sealed class Adam : Optimizer
{
    private static readonly string[] s_memory = ["exp_avg", "exp_avg_sq"];
    private readonly AdamOptions _options;

    /// <summary>Creates the optimiser.</summary>
    /// <param name="groups">What to train.</param>
    /// <param name="learningRate">η, at least 0; default 1e-3.</param>
    /// <param name="options">The rest; null for the defaults.</param>
    /// <exception cref="OptionException">A value is outside its range.</exception>
    public Adam(IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, AdamOptions? options = null)
        : base(groups, learningRate, (options ?? new AdamOptions()).Beta1)
    {
        _options = options ?? new AdamOptions();
        Check(learningRate >= 0, $"expected a learning rate of at least 0, got {learningRate}");
        Check(_options.Beta1 is >= 0 and < 1, $"expected β₁ in [0, 1), got {_options.Beta1}");
        Check(_options.Beta2 is >= 0 and < 1, $"expected β₂ in [0, 1), got {_options.Beta2}");
        Check(_options.Epsilon >= 0, $"expected ε of at least 0, got {_options.Epsilon}");
    }

    private protected override IReadOnlyList<string> Memory => s_memory;

    private protected override void Update(Slot slot, Tensor gradient, double gradientScale, double learningRate)
    {
        if (slot.Parameter.DType == DType.Float32)
        {
            Update<float>(slot, gradient, gradientScale, learningRate);
        }
        else
        {
            Update<double>(slot, gradient, gradientScale, learningRate);
        }
    }

    private void Update<T>(Slot slot, Tensor gradient, double gradientScale, double learningRate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = new AdamRates(
            learningRate, Momentum, _options.Beta2, _options.Epsilon, slot.Group.WeightDecay, _options.DecoupledDecay, gradientScale);
        OptimizerStep.Adam(
            slot.Parameter.AsSpan<T>(), gradient.AsSpan<T>(), slot.Remember(0).AsSpan<T>(), slot.Remember(1).AsSpan<T>(), slot.Steps, options);
    }
}
