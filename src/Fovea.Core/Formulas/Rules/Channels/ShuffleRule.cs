using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary>Halves of groups of channels, one gated by channel, the other by element, shuffled: shuffle attention.</summary>
internal sealed class ShuffleRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        if (step.Op is not ConcatOp)
        {
            yield break;
        }

        foreach (Step split in Cone.StepsOf<SplitOp>(step))
        {
            foreach (Value x in Cone.Shapes(split.Inputs[0]))
            {
                if (Cone.Parameters(x, step) is { Length: 6 } p && Cone.StepsOf<GroupNormOp>(step).FirstOrDefault()?.Op is GroupNormOp norm
                    && x.Spec.Shape.Rank > 0 && x.Spec.Shape[0] is > 0 and int images && split.Inputs[0].Spec.Shape[0] / images is > 0 and int groups)
                {
                    // Channel weight and bias, the norm's, the position's.
                    yield return new Fusion(new ShuffleGateOp(groups, norm.Epsilon), [x, p[0], p[1], p[4], p[5], p[2], p[3]]);
                }
            }
        }
    }
}
