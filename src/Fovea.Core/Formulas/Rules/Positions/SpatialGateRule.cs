using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · σ(conv k×k([mean_C(x); max_C(x)]))</c>, the pools in either order: CBAM's spatial gate.</summary>
internal sealed class SpatialGateRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        foreach ((Value x, _) in Products(step))
        {
            if (Cone.Parameters(x, step) is { Length: 1 or 2 } p)
            {
                foreach (bool meanFirst in new[] { true, false })
                {
                    yield return new Fusion(new CbamGateOp(false, false, p.Length == 2, meanFirst), [x, .. p]);
                }
            }
        }
    }
}
