using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>u · σ(conv k×k([mean_C(u); max_C(u)]))</c> with <c>u = x · σ(MLP(GAP(x)) + MLP(GMP(x)))</c>: CBAM whole.</summary>
internal sealed class CbamRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        foreach ((Value u, _) in Products(step))
        {
            foreach ((Value x, _) in Products(u.Producer))
            {
                if (Cone.Parameters(x, u.Producer!) is not { Length: 2 or 4 } mlp || Cone.Parameters(u, step) is not { Length: 1 or 2 } conv)
                {
                    continue;
                }

                Value[] weights = mlp.Length == 2 ? mlp : [mlp[0], mlp[2], mlp[1], mlp[3]];
                foreach (bool meanFirst in new[] { true, false })
                {
                    yield return new Fusion(new CbamGateOp(true, mlp.Length == 4, conv.Length == 2, meanFirst), [x, .. conv, .. weights]);
                }
            }
        }
    }
}
