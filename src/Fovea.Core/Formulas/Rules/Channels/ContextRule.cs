using Fovea.Compilation;

namespace Fovea.Formulas.Rules;

/// <summary><c>x · σ(multiply(s)) + add(s)</c>, or one of the two, of the context <c>s = Σ_i softmax_i(1×1 x) x_i</c>: global context.</summary>
internal sealed class ContextRule : FusionRule
{
    public override IEnumerable<Fusion> Propose(Step step)
    {
        bool adds = step.Op is AddOp;
        foreach (Value x in adds ? [step.Inputs[0], .. Factors(step.Inputs[0].Producer)] : Factors(step))
        {
            if (Cone.Parameters(x, step) is { Length: 8 or 14 } p && Cone.StepsOf<LayerNormOp>(step).FirstOrDefault()?.Op is LayerNormOp norm)
            {
                yield return new Fusion(new ContextGateOp(!adds || p.Length == 14, adds, norm.Epsilon), [x, .. p]);
            }
        }
    }

    private static IEnumerable<Value> Factors(Step? product) => Products(product).Select(y => y.X);
}
