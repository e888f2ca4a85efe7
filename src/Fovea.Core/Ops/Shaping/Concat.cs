namespace Fovea;

internal sealed class ConcatOp(int axis) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new ConcatOp(0), [2, 3], [4, 3]),
        new(new ConcatOp(1), [2, 3, 5], [2, 1, 5], [2, 2, 5]),
        new(new ConcatOp(2), [2, 3, 1], [2, 3, 17]),
        new(new ConcatOp(1), [3, 0, 2], [3, 2, 2]),
        new(new ConcatOp(1), [3, 4]),
    ];

    public override string Name => "concat";

    public int Axis => axis;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.None;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape first = inputs[0].Shape;
        if (axis >= first.Rank)
        {
            throw new ShapeException(Name, $"at least {axis + 1} axes", first.ToString());
        }

        int length = 0;
        foreach (TensorSpec input in inputs)
        {
            if (input.Shape.Rank != first.Rank || input.Shape.With(axis, 0) != first.With(axis, 0))
            {
                throw new ShapeException(Name, $"shapes that differ in axis {axis} only", $"{first} and {input.Shape}");
            }

            length = checked(length + input.Shape[axis]);
        }

        return first.With(axis, length);
    }

    protected override void Forward<T>(ForwardContext c)
    {
        Shape shape = c.OutputSpec().Shape;
        int outer = shape.Product(0, axis);
        int row = shape.Product(axis, shape.Rank);
        int at = 0;
        for (int i = 0; i < c.InputCount; i++)
        {
            Shape input = c.InputSpec(i).Shape;
            int chunk = input.Product(axis, input.Rank);
            Rows.Copy(outer, chunk, c.In<T>(i), chunk, c.Out<T>()[at..], row);
            at += chunk;
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.OutputSpec().Shape;
        int outer = shape.Product(0, axis);
        int row = shape.Product(axis, shape.Rank);
        int at = 0;
        for (int i = 0; i < c.InputCount; i++)
        {
            Shape input = c.InputSpec(i).Shape;
            int chunk = input.Product(axis, input.Rank);
            if (c.Needs(i))
            {
                Rows.Copy(outer, chunk, c.GradOut<T>()[at..], row, c.GradIn<T>(i), chunk);
            }

            at += chunk;
        }
    }
}

/// <summary>Tensors end to end.</summary>
public static class ConcatExtensions
{
    extension(Tensor)
    {
        /// <summary>Joins tensors along an axis. Shapes: the same in every other axis → the sum of the lengths in this one.</summary>
        /// <param name="tensors">One or more tensors.</param>
        /// <param name="dim">The axis, negative ones counted from the last (default 0).</param>
        /// <exception cref="ShapeException">Shapes differ in another axis.</exception>
        public static Tensor Concat(ReadOnlySpan<Tensor> tensors, int dim = 0) => tensors.Length > 0
            ? Op.Run(new ConcatOp(tensors[0].Shape.Axis(dim, "concat")), tensors)
            : throw new ShapeException("concat", "at least one tensor", "none");
    }
}
