namespace Fovea;

internal sealed class PermuteOp(int[] order) : AnyTypeOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new PermuteOp([1, 0]), [3, 5]),
        new(new PermuteOp([]), Shape.Scalar),
        new(new PermuteOp([0]), [4]),
        new(new PermuteOp([0, 2, 1]), [2, 7, 5]),
        new(new PermuteOp([2, 0, 1]), [4, 5, 6]),
        new(new PermuteOp([0, 2, 3, 1]), [2, 3, 4, 5]),
        new(new PermuteOp([0, 3, 1, 2]), [2, 3, 4, 5]),
        new(new PermuteOp([3, 2, 1, 0]), [2, 3, 4, 5]),
        new(new PermuteOp([0, 2, 1, 3, 4]), [2, 3, 4, 1, 5]),
        new(new PermuteOp([1, 0]), [0, 3]),
        new(new PermuteOp([0, 2, 1]), [3, 130, 141]),
    ];

    public override string Name => "permute";

    public override OpAttributes Attributes => new() { { "order", order } };

    public IReadOnlyList<int> Order => order;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        Strides.Limit(Name, x);
        return x.Rank == order.Length
            ? new Shape(Array.ConvertAll(order, axis => x[axis]))
            : throw new ShapeException(Name, $"{order.Length} axes for the order [{string.Join(", ", order)}]", x.ToString());
    }

    protected override void Move<T>(ForwardContext c) =>
        Fovea.Simd.Copying.Transpose.Permute(c.InputSpec(0).Shape.Lengths, order, c.In<T>(0), c.Out<T>());

    protected override void Backward<T>(BackwardContext c)
    {
        int[] back = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            back[order[i]] = i;
        }

        Fovea.Simd.Copying.Transpose.Permute(c.OutputSpec().Shape.Lengths, back, c.GradOut<T>(), c.GradIn<T>(0));
    }
}

/// <summary>Other orders of the axes.</summary>
public static class PermuteExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// The axes in another order: axis i of the result is axis <c>dims[i]</c> of x. The values are copied, so that the result is
        /// contiguous. Shapes: <c>[2, 3, 4].Permute(2, 0, 1) → [4, 2, 3]</c>.
        /// </summary>
        /// <param name="dims">Each axis once; negative numbers count from the last.</param>
        /// <exception cref="ShapeException">An axis is missing, named twice, or not there.</exception>
        public Tensor Permute(params int[] dims)
        {
            ArgumentNullException.ThrowIfNull(dims);
            int[] order = Array.ConvertAll(dims, d => x.Shape.Axis(d, "permute"));
            if (order.Length != x.Rank || order.Distinct().Count() != order.Length)
            {
                throw new ShapeException("permute", $"each of the {x.Rank} axes of {x.Shape} once", $"[{string.Join(", ", dims)}]");
            }

            return Op.Run(new PermuteOp(order), x);
        }

        /// <summary>Two axes exchanged; the values are copied. Shapes: <c>[2, 3, 4].Transpose(0, 2) → [4, 3, 2]</c>.</summary>
        /// <param name="dim0">The first axis; negative numbers count from the last.</param>
        /// <param name="dim1">The second axis.</param>
        /// <exception cref="ShapeException">There is no such axis.</exception>
        public Tensor Transpose(int dim0, int dim1)
        {
            int[] order = [.. Enumerable.Range(0, x.Rank)];
            (int a, int b) = (x.Shape.Axis(dim0, "transpose"), x.Shape.Axis(dim1, "transpose"));
            (order[a], order[b]) = (b, a);
            return Op.Run(new PermuteOp(order), x);
        }
    }
}
