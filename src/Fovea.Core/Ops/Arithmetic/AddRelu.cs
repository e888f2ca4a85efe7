using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea;

/// <summary>Inputs: the two terms, of one shape.</summary>
internal sealed class AddReluOp : FloatOp, ISampledOp, IDecomposable
{
    public static IEnumerable<OpSample> Samples => new Shape[] { [0], [], [17], [3, 15], [2, 3, 40, 301] }
        .Select(s => new OpSample(new AddReluOp(), s, s) { Distinct = true });

    public override string Name => "add_relu";

    public override OpAttributes Attributes => OpAttributes.None;

    public override bool TakesGradientParts => true;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0], 2);

    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => true;

    public Tensor[] Decompose(params Tensor[] inputs) => [(inputs[0] + inputs[1]).Relu()];

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => inputs[1].Shape == inputs[0].Shape
        ? inputs[0].Shape
        : throw new ShapeException(Name, $"two terms of one shape, {inputs[0].Shape} as the first", inputs[1].Shape.ToString());

    protected override void Forward<T>(ForwardContext c)
    {
        Zip.Run(c.In<T>(0), c.In<T>(1), c.Out<T>(), default(AddRelu));
        c.SaveOutput();
    }

    protected override void Backward<T>(BackwardContext c)
    {
        // One masked gradient is that of both terms: the second shares its memory.
        int first = c.Needs(0) ? 0 : 1;
        Span<T> masked = c.GradInOverGradOut<T>(first);
        if (c.MoreGradOut<T>() is { IsEmpty: false } more)
        {
            Zip3.Run(c.Out<T>(), c.GradOut<T>(), more, masked, default(AddReluBackward));
        }
        else
        {
            Zip.Run(c.Out<T>(), c.GradOut<T>(), masked, default(ReluBackward));
        }

        if (first == 0 && c.Needs(1))
        {
            c.ShareGradIn(0, 1);
        }
    }
}

/// <summary>Residual sums that are rectified.</summary>
public static class AddReluExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Residual sum and rectifier in one pass: <c>max(x + other, 0)</c>; NaN stays NaN. Shapes: any, the other's the same → same.
        /// </summary>
        /// <param name="other">What is added.</param>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        public Tensor AddRelu(Tensor other) => Op.Run(new AddReluOp(), x, other);
    }
}
