using Fovea.Compilation;

namespace Fovea.Formulas;

/// <summary>
/// Which fused op may compute a part of a formula. A rule only proposes: whether the part is what the op computes is decided by the op's own
/// decomposition, step for step (<see cref="Match"/>), so a rule that proposes too much loses time once and is never wrong.
/// </summary>
internal abstract class FusionRule
{
    /// <summary>The fused ops to try for a part of a formula that has this step in it, with what they would read; the first that fits is taken.</summary>
    /// <param name="step">Any step.</param>
    public abstract IEnumerable<Fusion> Propose(Step step);

    /// <summary>The maps of a product, and what they are multiplied by, which is as large or smaller; null for a step that is none.</summary>
    protected static (Value X, Value Factor)? Product(Step step)
    {
        if (step.Op is not MultiplyOp)
        {
            return null;
        }

        (Value a, Value b) = (step.Inputs[0], step.Inputs[1]);
        return a.Spec.Shape.Elements >= b.Spec.Shape.Elements ? (a, b) : (b, a);
    }
}
