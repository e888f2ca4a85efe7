using Fovea.Compilation;
using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class AddOp : BinaryOp<Add>, ISampledOp, IAbsorbs
{
    public static IEnumerable<OpSample> Samples => BinarySamples.Of(new AddOp());

    public override string Name => "add";

    public Fusion? Absorb(Step step, Step user) =>
        user.Op is ReluOp && step.Inputs[0].Spec == step.Inputs[1].Spec
            ? new Fusion(new AddReluOp(), step.Inputs)
            : null;

    protected override void Save(ForwardContext c)
    {
    }

    protected override void Backward<T>(BackwardContext c)
    {
        for (int i = 0; i < 2; i++)
        {
            if (c.Needs(i))
            {
                SumTo<T>(c, i);
            }
        }
    }
}

/// <summary>Sums of tensors.</summary>
public static class AddExtensions
{
    extension(Tensor)
    {
        /// <summary>
        /// Sum: <c>a + b</c>. Shapes broadcast as NumPy's do: aligned at the last axis, lengths equal or 1, at most 8 axes.
        /// </summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor operator +(Tensor a, Tensor b) => Op.Run(new AddOp(), a, b);
    }
}
