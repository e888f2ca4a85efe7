using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · (σ(MLP(GAP(x))) + σ(1×1→1 x))</c> of 1×1 convolutions: concurrent squeeze and excitation.</summary>
internal sealed class ConcurrentRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        if (Product(step) is { } y && Cone.Parameters(y.X, step) is { Length: 6 } p)
        {
            // The channels' weights and biases, then the positions'.
            yield return new Fusion(new ConcurrentGateOp(), [y.X, p[4], p[5], p[0], p[2], p[1], p[3]]);
        }
    }
}
