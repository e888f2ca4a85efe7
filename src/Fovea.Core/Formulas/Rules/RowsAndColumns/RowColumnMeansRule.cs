using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary>The means of all rows, then of all columns, in one read.</summary>
internal sealed class RowColumnMeansRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        if (step is { Op: ConcatOp, Inputs: [{ Producer: { Op: MeanOp } rows }, { Producer: { Op: MeanOp } }] })
        {
            yield return new Fusion(new RowColumnMeansOp(), [rows.Inputs[0]]);
        }
    }
}
