using Fovea.Simd.Broadcasting;
using Fovea.Simd.Masking;

namespace Fovea;

/// <summary>Inputs: what is taken where the mask is set, what is taken elsewhere, and the mask.</summary>
internal sealed class WhereOp : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
        [Sample([17], [17], [17]), Sample([2, 3, 4], [3, 4], [2, 1, 1]), Sample([3, 1], [1, 4], [4]), Sample([2, 3], [], [2, 3]),
         Sample([0, 3], [3], [1]), Sample([300, 200], [200], [300, 1])];

    public override string Name => "where";

    public override OpAttributes Attributes => OpAttributes.None;

    protected override int AlikeInputs => 2;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0]);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        MaskShapes.Check(Name, inputs[2]);
        return BroadcastShapes.Infer(Name, BroadcastShapes.Infer(Name, inputs[0].Shape, inputs[1].Shape), inputs[2].Shape);
    }

    protected override void Forward<T>(ForwardContext c)
    {
        MaskSelect.Run(MaskShapes.Whole<bool>(c, 2), MaskShapes.Whole<T>(c, 0), MaskShapes.Whole<T>(c, 1), c.Out<T>());
        c.SaveInput(2);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.OutputSpec().Shape;
        ReadOnlySpan<bool> mask = MaskShapes.Whole<bool>(c, 2);
        ReadOnlySpan<T> zero = [T.Zero];
        for (int i = 0; i < 2; i++)
        {
            if (!c.Needs(i))
            {
                continue;
            }

            bool whole = c.InputSpec(i).Shape.Elements == shape.Elements;
            Span<T> part = whole ? c.GradIn<T>(i) : c.Scratch<T>(shape.Elements);
            MaskSelect.Run(mask, i == 0 ? c.GradOut<T>() : zero, i == 0 ? zero : c.GradOut<T>(), part);
            if (!whole)
            {
                Broadcast.SumTo<T>(shape.Lengths, part, BroadcastShapes.Strides(c.InputSpec(i).Shape, shape), c.GradIn<T>(i));
            }
        }
    }

    private static OpSample Sample(Shape a, Shape b, Shape mask) => new(new WhereOp(), a, b, mask)
    {
        Make = (input, generator) => input == 2 ? MaskShapes.Random(mask, generator) : null,
    };
}

/// <summary>Choices between two tensors.</summary>
public static class WhereExtensions
{
    extension(Tensor mask)
    {
        /// <summary>
        /// Chooses element by element: <c>mask ? x : other</c>, for this mask. Shapes broadcast. The gradient goes to what was chosen.
        /// </summary>
        /// <param name="x">Taken where the mask is true.</param>
        /// <param name="other">Taken where the mask is false; of the element type of <paramref name="x"/>.</param>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="DTypeException">The mask is not Bool.</exception>
        public Tensor Where(Tensor x, Tensor other) => Op.Run(new WhereOp(), x, other, mask);
    }
}
