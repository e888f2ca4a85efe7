using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · σ(1×1 f_h) · σ(1×1 f_w)</c> with <c>f = h-swish(BN(1×1 [mean_W x; mean_H x]))</c> by running statistics: coordinate attention.</summary>
internal sealed class CoordinateRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        foreach ((Value x, _) in Products(step).SelectMany(y => Products(y.X.Producer)))
        {
            if (Cone.Parameters(x, step) is { Length: 10 } p
                && Cone.StepsOf<BatchNormInferenceOp>(step).FirstOrDefault()?.Op is BatchNormInferenceOp norm)
            {
                yield return new Fusion(new CoordinateGateOp(norm.Epsilon), [x, .. p]);
            }
        }
    }
}
