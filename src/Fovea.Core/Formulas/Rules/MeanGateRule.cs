using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · σ(GAP(x))</c>: gather-excite over all positions without parameters.</summary>
internal sealed class MeanGateRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        if (Product(step) is { } y && Cone.Parameters(y.X, step) is { Length: 0 })
        {
            yield return new Fusion(new MeanGateOp(), [y.X]);
        }
    }
}
