using Fovea.Simd.Broadcasting;

namespace Fovea;

internal sealed class ExpandOp(Shape shape) : AnyTypeOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new ExpandOp([3, 5]), [5]),
        new(new ExpandOp([2, 3, 4]), [2, 1, 4]),
        new(new ExpandOp([2, 3, 4, 5]), [3, 1, 1]),
        new(new ExpandOp([4]), Shape.Scalar),
        new(new ExpandOp([2, 3]), [2, 3]),
        new(new ExpandOp([0, 3]), [3]),
        new(new ExpandOp([4, 8, 30, 31]), [4, 8, 1, 1]),
    ];

    public override string Name => "expand";

    public override OpAttributes Attributes => new() { { "shape", shape.Lengths } };

    public override Op With(OpAttributes attributes) => new ExpandOp(new Shape(attributes.Integers("shape")));

    public Shape Target => shape;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Strides.Limit(Name, shape);
        return inputs[0].Shape.Rank <= shape.Rank && BroadcastShapes.Infer(Name, inputs[0].Shape, shape) == shape
            ? shape
            : throw new ShapeException(Name, $"a shape that broadcasts to {shape}", inputs[0].Shape.ToString());
    }

    protected override void Move<T>(ForwardContext c) =>
        Strides.Read(shape, c.In<T>(0), 0, c.Once(this, static (_, c) => BroadcastShapes.Strides(c.InputSpec(0).Shape, c.OutputSpec().Shape)), c.Out<T>());

    protected override void Backward<T>(BackwardContext c) =>
        Broadcast.SumTo(shape.Lengths, c.GradOut<T>(), BroadcastShapes.Strides(c.InputSpec(0).Shape, shape), c.GradIn<T>(0));
}

/// <summary>Tensors repeated along axes of length 1.</summary>
public static class ExpandExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Repeats axes of length 1, copied. Operators broadcast by themselves, so this is for where the copies are wanted. Shapes:
        /// <c>[2, 1, 4].Expand(2, 3, 4) → [2, 3, 4]</c>.
        /// </summary>
        /// <param name="shape">The new lengths, aligned at the last axis; −1 leaves an axis as it is.</param>
        /// <exception cref="ShapeException">The shape does not broadcast to that.</exception>
        public Tensor Expand(params ReadOnlySpan<int> shape)
        {
            int[] lengths = shape.ToArray();
            for (int axis = 1; axis <= lengths.Length; axis++)
            {
                if (lengths[^axis] == -1 && axis <= x.Rank)
                {
                    lengths[^axis] = x.Shape[-axis];
                }
            }

            return Op.Run(new ExpandOp(Shape.For("expand", lengths)), x);
        }
    }
}
