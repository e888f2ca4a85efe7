using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · (σ(MLP(GAP(x))) + σ(1×1→1 x))</c> of 1×1 convolutions: concurrent squeeze and excitation.</summary>
internal sealed class ConcurrentRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        foreach ((Value x, _) in Products(step))
        {
            if (Cone.Parameters(x, step) is { Length: 6 } p)
            {
                // The channels' weights and biases, then the positions'.
                yield return new Fusion(new ConcurrentGateOp(), [x, p[4], p[5], p[0], p[2], p[1], p[3]]);
            }
        }
    }
}
