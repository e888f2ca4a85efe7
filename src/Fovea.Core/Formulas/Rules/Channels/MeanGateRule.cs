using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · σ(GAP(x))</c>: gather-excite over all positions without parameters.</summary>
internal sealed class MeanGateRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        foreach ((Value x, _) in Products(step))
        {
            if (Cone.Parameters(x, step) is { Length: 0 })
            {
                yield return new Fusion(new MeanGateOp(), [x]);
            }
        }
    }
}
