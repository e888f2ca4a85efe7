namespace Fovea;

internal sealed class ReshapeOp(Shape shape) : Op, ISampledOp
{
    public static IEnumerable<OpSample> Samples => [new(new ReshapeOp([6, 2]), [3, 4]), new(new ReshapeOp([]), [1])];

    public override string Name => "reshape";

    public override OpAttributes Attributes => new() { { "shape", shape.Lengths } };

    public override Op With(OpAttributes attributes) => new ReshapeOp(new Shape(attributes.Integers("shape")));

    public Shape Shape => shape;

    public override bool IsView => true;

    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs) => shape.Elements == inputs[0].Shape.Elements
        ? [inputs[0] with { Shape = shape }]
        : throw new ShapeException(Name, $"a shape of {inputs[0].Shape.Elements} elements for {inputs[0].Shape}", shape.ToString());

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.None;

    protected internal override void Forward(ForwardContext c) =>
        throw new InvalidOperationException("reshape: a view has no forward pass.");

    protected internal override void Backward(BackwardContext c) => c.PassGradOut(0);
}

/// <summary>Other shapes for the same memory.</summary>
public static class ReshapeExtensions
{
    extension(Tensor x)
    {
        /// <summary>The same values, in the same memory, under another shape of as many elements.</summary>
        /// <param name="shape">The new lengths; one of them may be −1, which stands for whatever is left.</param>
        /// <exception cref="ShapeException">The number of elements would change.</exception>
        public Tensor Reshape(params ReadOnlySpan<int> shape)
        {
            int[] lengths = shape.ToArray();
            int free = Array.IndexOf(lengths, -1);
            if (free >= 0)
            {
                lengths[free] = 1;
                int known = Shape.For("reshape", lengths).Elements;
                lengths[free] = known == 0 ? 0 : x.Elements / known;
            }

            return Op.Run(new ReshapeOp(Shape.For("reshape", lengths)), x);
        }

        /// <summary>Merges the axes from <paramref name="start"/> (default 1) to the last into one.</summary>
        public Tensor Flatten(int start = 1) =>
            Op.Run(new ReshapeOp([.. x.Shape.Lengths[..start], x.Shape.Product(start, x.Rank)]), x);
    }
}
