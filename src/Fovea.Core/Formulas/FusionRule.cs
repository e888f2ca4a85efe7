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

    /// <summary>
    /// The maps of a product and what they are multiplied by, which is as large or smaller: where both are of one size, either may be the maps.
    /// </summary>
    /// <param name="step">Any step; none for one that is no product, or for null.</param>
    protected static IEnumerable<(Value X, Value Factor)> Products(Step? step)
    {
        if (step is not { Op: MultiplyOp, Inputs: [{ } a, { } b] })
        {
            return [];
        }

        long left = a.Spec.Shape.Elements, right = b.Spec.Shape.Elements;
        return left > right ? [(a, b)] : left < right ? [(b, a)] : [(a, b), (b, a)];
    }
}
