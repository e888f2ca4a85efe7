using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class DivideOp : BinaryOp<Divide>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => BinarySamples.Of(new DivideOp(), 0.4, 2);

    public override string Name => "divide";

    protected override void Save(ForwardContext c)
    {
        c.SaveInput(1);
        if (c.Needs(1))
        {
            c.SaveOutput();
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        // With y = a/b: da = dy/b, and db = −dy · a/b² = −(dy/b) · y.
        Shape shape = c.OutputSpec().Shape;
        bool whole = c.Needs(0) && c.InputSpec(0).Shape == shape;
        Span<T> quotient = whole ? c.GradIn<T>(0) : c.Scratch<T>(shape.Elements);
        Apply<T, Divide>(shape, c.GradOut<T>(), shape, c.In<T>(1), c.InputSpec(1).Shape, quotient);
        if (c.Needs(0) && !whole)
        {
            Broadcast.SumTo<T>(shape.Lengths, quotient, BroadcastShapes.Strides(c.InputSpec(0).Shape, shape), c.GradIn<T>(0));
        }

        if (c.Needs(1))
        {
            Span<T> grad = c.GradIn<T>(1);
            SumProductTo(c, quotient, c.Out<T>(), shape, c.InputSpec(1).Shape, grad);
            Map.Run(grad, grad, default(Negate));
        }
    }
}

/// <summary>Quotients of tensors, element by element.</summary>
public static class DivideExtensions
{
    extension(Tensor)
    {
        /// <summary>
        /// Quotient: <c>a / b</c>, element by element. Shapes broadcast as NumPy's do: aligned at the last axis, lengths equal or 1, at
        /// most 8 axes.
        /// </summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public static Tensor operator /(Tensor a, Tensor b) => Op.Run(new DivideOp(), a, b);
    }
}
