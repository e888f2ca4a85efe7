namespace Fovea;

internal sealed class ConcatOp(int axis) : AnyTypeOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new ConcatOp(0), [2], [3]),
        new(new ConcatOp(1), [2, 3, 4], [2, 1, 4], [2, 5, 4]),
        new(new ConcatOp(2), [2, 3, 4], [2, 3, 1]),
        new(new ConcatOp(0), [2, 3]),
        new(new ConcatOp(1), [2, 0], [2, 3]),
        new(new ConcatOp(1), [3, 5, 40, 41], [3, 7, 40, 41]),
    ];

    public override string Name => "concat";

    public override OpAttributes Attributes => new() { { "axis", axis } };

    public int Axis => axis;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape first = inputs[0].Shape;
        Strides.Limit(Name, first);
        if (first.Rank <= axis)
        {
            throw new ShapeException(Name, $"at least {axis + 1} axes", first.ToString());
        }

        int length = 0;
        foreach (TensorSpec input in inputs)
        {
            if (input.Shape.Rank != first.Rank || input.Shape.With(axis, first[axis]) != first)
            {
                throw new ShapeException(Name, $"shapes that differ in axis {axis} alone", $"{first} and {input.Shape}");
            }

            length = checked(length + input.Shape[axis]);
        }

        return first.With(axis, length);
    }

    protected override void Move<T>(ForwardContext c)
    {
        Shape whole = c.OutputSpec().Shape;
        int[] strides = c.Once(this, static (_, c) => Strides.Of(c.OutputSpec().Shape));
        for (int i = 0, start = 0; i < c.InputCount; i++)
        {
            Shape part = c.InputSpec(i).Shape;
            Strides.Write(part, c.In<T>(i), c.Out<T>(), Strides.Offset(whole, axis, start), strides);
            start += part[axis];
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape whole = c.OutputSpec().Shape;
        int[] strides = Strides.Of(whole);
        for (int i = 0, start = 0; i < c.InputCount; i++)
        {
            Shape part = c.InputSpec(i).Shape;
            if (c.Needs(i))
            {
                Strides.Read(part, c.GradOut<T>(), Strides.Offset(whole, axis, start), strides, c.GradIn<T>(i));
            }

            start += part[axis];
        }
    }
}

/// <summary>Tensors joined along an axis.</summary>
public static class ConcatExtensions
{
    extension(Tensor)
    {
        /// <summary>Joins tensors along an axis. Shapes: <c>[2, 3] and [2, 4] along 1 → [2, 7]</c>.</summary>
        /// <param name="tensors">At least one; they differ in the length of that axis alone, and have one element type.</param>
        /// <param name="dim">The axis; negative numbers count from the last (default 0).</param>
        /// <exception cref="ShapeException">The shapes differ elsewhere, or there is no such axis.</exception>
        public static Tensor Concat(ReadOnlySpan<Tensor> tensors, int dim = 0)
        {
            NotEmpty("concat", tensors);
            return Op.Run(new ConcatOp(tensors[0].Shape.Axis(dim, "concat")), tensors);
        }

        /// <summary>Joins tensors of one shape along a new axis. Shapes: <c>[2, 3] and [2, 3] along 1 → [2, 2, 3]</c>.</summary>
        /// <param name="tensors">At least one, all of one shape and element type.</param>
        /// <param name="dim">Where the new axis stands in the result; negative numbers count from the last (default 0).</param>
        /// <exception cref="ShapeException">The shapes differ, or there is no such place.</exception>
        public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int dim = 0)
        {
            NotEmpty("stack", tensors);
            Shape first = tensors[0].Shape;
            var apart = new Tensor[tensors.Length];
            for (int i = 0; i < apart.Length; i++)
            {
                apart[i] = tensors[i].Shape == first
                    ? tensors[i].Unsqueeze(dim)
                    : throw new ShapeException("stack", $"{first}, as the first tensor", tensors[i].Shape.ToString());
            }

            return Op.Run(new ConcatOp(apart[0].Shape.Axis(dim, "stack")), apart);
        }
    }

    private static void NotEmpty(string operation, ReadOnlySpan<Tensor> tensors)
    {
        if (tensors.IsEmpty)
        {
            throw new ShapeException(operation, "at least one tensor", "none");
        }
    }
}
