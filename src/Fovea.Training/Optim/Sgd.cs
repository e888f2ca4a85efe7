using System.Numerics;
using Fovea.Simd.Optim;

namespace Fovea.Training;

/// <summary>
/// Stochastic gradient descent with momentum, as PyTorch computes it. With gradient g, weight decay λ, momentum μ, dampening τ, rate η:
/// <c>g ← g + λw; b ← μb + (1 − τ)g (b ← g at the first step); g ← g + μb with Nesterov, else b; w ← w − ηg</c>.
/// </summary>
/// <remarks>Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013), in PyTorch's form.</remarks>
public sealed class Sgd : Optimizer
{
    private static readonly string[] s_memory = ["momentum_buffer"];
    private readonly double _dampening;
    private readonly bool _nesterov;

    /// <summary>Creates the optimiser.</summary>
    /// <param name="groups">What to train.</param>
    /// <param name="learningRate">η, at least 0.</param>
    /// <param name="momentum">μ in [0, 1); default 0.</param>
    /// <param name="nesterov">Nesterov's form, which needs momentum and no dampening; default false.</param>
    /// <param name="dampening">τ in [0, 1), with momentum alone; default 0.</param>
    /// <exception cref="OptionException">A value is outside its range, or two do not go together.</exception>
    public Sgd(IEnumerable<ParameterGroup> groups, double learningRate, double momentum = 0, bool nesterov = false, double dampening = 0)
        : base(groups, learningRate, momentum)
    {
        Check(learningRate >= 0, $"expected a learning rate of at least 0, got {learningRate}");
        Check(momentum is >= 0 and < 1, $"expected a momentum in [0, 1), got {momentum}");
        Check(dampening is >= 0 and < 1, $"expected a dampening in [0, 1), got {dampening}");
        Check(dampening == 0 || momentum > 0, "dampening needs a momentum above 0");
        Check(!nesterov || (momentum > 0 && dampening == 0), "Nesterov's form needs a momentum above 0 and no dampening");
        _nesterov = nesterov;
        _dampening = dampening;
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
        // The first buffer is the gradient itself; afterwards dampening weakens what is added to it, decay and all.
        double share = slot.Memory[0] is null ? 1 : 1 - _dampening;
        Span<T> buffer = Momentum > 0 ? slot.Remember(0).AsSpan<T>() : default;
        OptimizerStep.Sgd(slot.Parameter.AsSpan<T>(), gradient.AsSpan<T>(), buffer, new SgdRates(
            learningRate, Momentum, slot.Group.WeightDecay * share, _nesterov, gradientScale * share, slot.Steps));
    }
}
