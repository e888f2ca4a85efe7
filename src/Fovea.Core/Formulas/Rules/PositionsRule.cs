using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · b</c> with one number b a position, [N, 1, H, W].</summary>
internal sealed class PositionsRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        if (Product(step) is { } y && y.X.Spec.Shape is { Rank: 4 } x && y.Factor.Spec.Shape == x.With(1, 1))
        {
            yield return new Fusion(new PositionGateOp(GateForm.Product, hasChannels: false), [y.X, y.Factor]);
        }
    }
}
