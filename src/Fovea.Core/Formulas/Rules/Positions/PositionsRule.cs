using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary>
/// <c>x · b</c> with one number b a position, [N, 1, H, W], and with one a channel, [N, C, 1, 1], beside it: <c>x · (a · b)</c>,
/// <c>x · (a + b)</c>, <c>x · (1 + σ(a · b))</c> and <c>x · (1 + σ(a + b))</c>.
/// </summary>
internal sealed class PositionsRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step) => Products(step).Where(y => y.X.Spec.Shape.Rank == 4).SelectMany(Propose);

    private static IEnumerable<Fusion> Propose((Value X, Value Factor) y)
    {
        Shape x = y.X.Spec.Shape;
        if (y.Factor.Spec.Shape == x.With(1, 1))
        {
            yield return new Fusion(new PositionGateOp(GateForm.Product, hasChannels: false), [y.X, y.Factor]);
        }

        Step? factor = y.Factor.Producer;
        bool residual = factor?.Op is AddScalarOp;
        if ((residual ? factor!.Inputs[0].Producer?.Inputs[0].Producer : factor) is { Op: AddOp or MultiplyOp } pair)
        {
            GateForm form = (pair.Op is AddOp, residual) switch
            {
                (true, true) => GateForm.ResidualSum,
                (true, false) => GateForm.Sum,
                (false, true) => GateForm.ResidualProduct,
                _ => GateForm.Product,
            };
            (Value a, Value b) = (pair.Inputs[0], pair.Inputs[1]);
            yield return new Fusion(new PositionGateOp(form, hasChannels: true), a.Spec.Shape == x.With(1, 1) ? [y.X, a, b] : [y.X, b, a]);
        }
    }
}
