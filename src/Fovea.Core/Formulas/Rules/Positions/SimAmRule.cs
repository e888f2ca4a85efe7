using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · σ(d² / (4 (Σd² / (N − 1) + λ)) + ½)</c>: SimAM.</summary>
internal sealed class SimAmRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        foreach ((Value x, _) in Products(step).Where(y => Cone.Parameters(y.X, step) is { Length: 0 }))
        {
            // One of the two numbers that are added is λ.
            foreach (Step sum in Cone.StepsOf<AddScalarOp>(step))
            {
                yield return new Fusion(new SimAmGateOp(sum.Op.Attributes![0].Numbers[0]), [x]);
            }
        }
    }
}
