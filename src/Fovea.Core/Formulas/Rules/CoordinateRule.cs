using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · σ(1×1 f_h) · σ(1×1 f_w)</c> with <c>f = h-swish(BN(1×1 [mean_W x; mean_H x]))</c> by running statistics: coordinate attention.</summary>
internal sealed class CoordinateRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        if (Product(step) is { X.Producer: { } before } && Product(before) is { } inner && Cone.Parameters(inner.X, step) is { Length: 10 } p
            && Cone.StepsOf<BatchNormInferenceOp>(step).FirstOrDefault()?.Op is BatchNormInferenceOp norm)
        {
            yield return new Fusion(new CoordinateGateOp(norm.Epsilon), [inner.X, .. p]);
        }
    }
}
