using System.Numerics;

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

    /// <summary>Divide by the largest mean square so far (Reddi et al. 2018) instead of the present one; default false.</summary>
    public bool AmsGrad { get; init; }

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
    private static readonly string[] s_memory = ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"];
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
        Span<T> weights = slot.Parameter.AsSpan<T>();
        Span<T> mean = slot.Remember(0).AsSpan<T>();
        Span<T> square = slot.Remember(1).AsSpan<T>();
        Span<T> largest = _options.AmsGrad ? slot.Remember(2).AsSpan<T>() : default;
        ReadOnlySpan<T> gradients = gradient.AsSpan<T>();
        double decay = slot.Group.WeightDecay;
        T scale = T.CreateTruncating(gradientScale);
        T added = T.CreateTruncating(_options.DecoupledDecay ? 0 : decay);
        T shrink = T.CreateTruncating(_options.DecoupledDecay ? 1 - learningRate * decay : 1);
        T beta1 = T.CreateTruncating(Momentum), rest1 = T.CreateTruncating(1 - Momentum);
        T beta2 = T.CreateTruncating(_options.Beta2), rest2 = T.CreateTruncating(1 - _options.Beta2);
        T rate = T.CreateTruncating(learningRate / (1 - Math.Pow(Momentum, slot.Steps)));
        T root = T.CreateTruncating(Math.Sqrt(1 - Math.Pow(_options.Beta2, slot.Steps)));
        T epsilon = T.CreateTruncating(_options.Epsilon);
        for (int i = 0; i < weights.Length; i++)
        {
            T w = weights[i] * shrink;
            T g = gradients[i] * scale + added * w;
            T m = beta1 * mean[i] + rest1 * g;
            T v = beta2 * square[i] + rest2 * g * g;
            mean[i] = m;
            square[i] = v;
            if (!largest.IsEmpty)
            {
                v = largest[i] = T.Max(largest[i], v);
            }

            weights[i] = w - rate * m / (T.Sqrt(v) / root + epsilon);
        }
    }
}
