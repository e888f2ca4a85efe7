using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · σ(w · normalised(Σ_c x_c · GAP(x_c)) + b)</c> in groups of channels: spatial group-wise enhance.</summary>
internal sealed class SpatialGroupEnhanceRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        foreach ((Value maps, _) in Products(step))
        {
            if (Cone.Parameters(maps, step) is not { Length: 2 } p)
            {
                continue;
            }

            // The groups are another shape of the maps, unless there is one.
            foreach (Value x in Cone.Shapes(maps))
            {
                yield return new Fusion(new SimilarityGateOp(), [x, .. p]);
            }
        }
    }
}
