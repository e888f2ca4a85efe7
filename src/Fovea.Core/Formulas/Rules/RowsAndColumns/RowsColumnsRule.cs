using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · rows · columns</c> with one number a row, [N, C, H, 1], and one a column, [N, C, 1, W].</summary>
internal sealed class RowsColumnsRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        foreach ((Value y, Value columns) in Products(step))
        {
            foreach ((Value x, Value rows) in Products(y.Producer))
            {
                yield return new Fusion(new RowColumnGateOp(), [x, rows, columns]);
            }
        }
    }
}
