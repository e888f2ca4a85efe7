using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class MultiplyOp : BinaryOp<Multiply>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => BinarySamples.Of(new MultiplyOp());

    public override string Name => "multiply";

    protected override void Save(ForwardContext c)
    {
        if (c.Needs(1))
        {
            c.SaveInput(0);
        }

        if (c.Needs(0))
        {
            c.SaveInput(1);
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        // The second factor first: the first one's gradient may then be written over that of the output.
        for (int i = 1; i >= 0; i--)
        {
            if (c.Needs(i))
            {
                int other = 1 - i;
                ReadOnlySpan<T> factor = c.In<T>(other);
                bool over = i == 0 && c.InputSpec(other) == c.OutputSpec();
                SumProductTo(
                    c, c.GradOut<T>(), factor, c.InputSpec(other).Shape, c.InputSpec(i).Shape, over ? c.GradInOverGradOut<T>(i) : c.GradIn<T>(i));
            }
        }
    }
}

/// <summary>Products of tensors, element by element.</summary>
public static class MultiplyExtensions
{
    extension(Tensor)
    {
        /// <summary>
        /// Product: <c>a · b</c>, element by element. Shapes broadcast as NumPy's do: aligned at the last axis, lengths equal or 1, at
        /// most 8 axes; a gate [N, C, 1, 1] scales the planes of [N, C, H, W].
        /// </summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor operator *(Tensor a, Tensor b) => Op.Run(new MultiplyOp(), a, b);
    }
}
