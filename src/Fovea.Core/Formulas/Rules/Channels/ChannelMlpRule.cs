using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · gate(Σ_pools W2 · ReLU(W1 · pool(x) + b1) + b2)</c>: squeeze-and-excitation, CBAM's channel gate.</summary>
internal sealed class ChannelMlpRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        bool mean = Cone.StepsOf<MeanOp>(step).Any(), max = Cone.StepsOf<MaxAlongOp>(step).Any();
        foreach ((Value x, _) in Products(step))
        {
            if ((mean || max) && Cone.ParametersAsRead(x, step) is { Length: 2 or 4 } p)
            {
                Value[] inputs = p.Length == 2 ? [x, .. p] : [x, p[0], p[2], p[1], p[3]];
                yield return new Fusion(new ChannelMlpGateOp(mean, max, p.Length == 4, Cone.StepsOf<HardSigmoidOp>(step).Any()), [.. inputs]);
            }
        }
    }
}
