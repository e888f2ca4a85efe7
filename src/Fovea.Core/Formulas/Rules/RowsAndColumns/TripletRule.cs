using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · (a + b + g) / 3</c> with one number a column, a row and a position: how triplet attention applies its gates.</summary>
internal sealed class TripletRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        foreach ((Value x, Value factor) in Products(step))
        {
            if (factor.Producer is { Op: AddOp } sum && sum.Inputs[0].Producer is { Op: AddOp } first)
            {
                yield return new Fusion(new TripletGateOp(), [x, .. first.Inputs, sum.Inputs[1]]);
            }
        }
    }
}
