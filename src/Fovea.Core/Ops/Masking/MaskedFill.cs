using Fovea.Simd.Masking;

namespace Fovea;

internal sealed class MaskedFillOp(double value) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
        [Sample(0.5, [17], [17]), Sample(-2, [2, 3, 4], [2, 1, 4]), Sample(0, [3, 4], [4]), Sample(1, [0, 3], [1]), Sample(0, [300, 200], [1, 200])];

    public override string Name => "masked_fill";

    public override OpAttributes Attributes => new() { { "value", value } };

    public double Value => value;

    protected override int AlikeInputs => 1;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0]);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        MaskShapes.Check(Name, inputs[1]);
        return BroadcastShapes.Infer(Name, inputs[0].Shape, inputs[1].Shape) == inputs[0].Shape
            ? inputs[0].Shape
            : throw new ShapeException(Name, $"a mask that broadcasts to {inputs[0].Shape}", inputs[1].Shape.ToString());
    }

    protected override void Forward<T>(ForwardContext c)
    {
        MaskSelect.Run(MaskShapes.Whole<bool>(c, 1), [T.CreateTruncating(value)], c.In<T>(0), c.Out<T>());
        c.SaveInput(1);
    }

    protected override void Backward<T>(BackwardContext c) =>
        MaskSelect.Run(MaskShapes.Whole<bool>(c, 1), [T.Zero], c.GradOut<T>(), c.GradInOverGradOut<T>(0));

    private static OpSample Sample(double value, Shape x, Shape mask) => new(new MaskedFillOp(value), x, mask)
    {
        Make = (input, generator) => input == 1 ? MaskShapes.Random(mask, generator) : null,
    };
}

/// <summary>One number in the places of a mask.</summary>
public static class MaskedFillExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Writes a number where the mask is true: <c>mask ? value : x</c>. Shapes: any → same; no gradient flows where it is true.
        /// </summary>
        /// <param name="mask">Bool, broadcast to the shape of x.</param>
        /// <param name="value">The number, −∞ included: before a softmax it takes the place out.</param>
        /// <exception cref="ShapeException">The mask does not broadcast to x.</exception>
        /// <exception cref="DTypeException">The mask is not Bool.</exception>
        public Tensor MaskedFill(Tensor mask, double value) => Op.Run(new MaskedFillOp(value), x, mask);
    }
}
