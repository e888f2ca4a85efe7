using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · σ(conv1d(GAP(x)))</c>: efficient channel attention.</summary>
internal sealed class ChannelConvRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        foreach ((Value x, _) in Products(step))
        {
            if (Cone.Parameters(x, step) is { Length: 1 } p)
            {
                yield return new Fusion(new ChannelConvGateOp(), [x, .. p]);
            }
        }
    }
}
