using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · gate(Σ_pools W2 · ReLU(W1 · pool(x) + b1) + b2)</c>: squeeze-and-excitation, CBAM's channel gate.</summary>
internal sealed class ChannelMlpRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        if (Product(step) is not { } y || Cone.Parameters(y.X, step) is not { Length: 2 or 4 } p)
        {
            yield break;
        }

        Value[] inputs = p.Length == 2 ? [y.X, .. p] : [y.X, p[0], p[2], p[1], p[3]];
        bool mean = Cone.StepsOf<MeanOp>(step).Any(), max = Cone.StepsOf<MaxAlongOp>(step).Any();
        if (mean || max)
        {
            yield return new Fusion(new ChannelMlpGateOp(mean, max, p.Length == 4, Cone.StepsOf<HardSigmoidOp>(step).Any()), [.. inputs]);
        }
    }
}
