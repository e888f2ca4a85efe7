using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · rows · columns</c> with one number a row, [N, C, H, 1], and one a column, [N, C, 1, W].</summary>
internal sealed class RowsColumnsRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        if (Product(step) is { X.Producer: { } before } y && Product(before) is { } inner)
        {
            yield return new Fusion(new RowColumnGateOp(), [inner.X, inner.Factor, y.Factor]);
        }
    }
}
