using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class SubtractOp : BinaryOp<Subtract>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => BinarySamples.Of(new SubtractOp());

    public override string Name => "subtract";

    protected override void Save(ForwardContext c)
    {
    }

    protected override void Backward<T>(BackwardContext c)
    {
        if (c.Needs(0))
        {
            SumTo<T>(c, 0);
        }

        if (!c.Needs(1))
        {
            return;
        }

        if (c.InputSpec(1) == c.OutputSpec())
        {
            Map.Run(c.GradOut<T>(), c.GradInOverGradOut<T>(1), default(Negate));
            return;
        }

        Span<T> grad = c.GradIn<T>(1);
        if (grad.Length == c.OutputSpec().Shape.Elements)
        {
            Map.Run(c.GradOut<T>(), grad, default(Negate));
            return;
        }

        SumTo<T>(c, 1);
        Map.Run(grad, grad, default(Negate));
    }
}

/// <summary>Differences of tensors.</summary>
public static class SubtractExtensions
{
    extension(Tensor)
    {
        /// <summary>
        /// Difference: <c>a − b</c>. Shapes broadcast as NumPy's do: aligned at the last axis, lengths equal or 1, at most 8 axes.
        /// </summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor operator -(Tensor a, Tensor b) => Op.Run(new SubtractOp(), a, b);
    }
}
