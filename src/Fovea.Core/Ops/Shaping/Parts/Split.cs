namespace Fovea;

internal sealed class SplitOp(int axis, int[] sizes) : AnyTypeOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new SplitOp(0, [2, 3]), [5]),
        new(new SplitOp(1, [1, 4, 2]), [2, 7, 3]),
        new(new SplitOp(2, [4]), [2, 3, 4]),
        new(new SplitOp(1, [0, 3]), [2, 3]),
        new(new SplitOp(1, [5, 7]), [3, 12, 40, 41]),
    ];

    public override string Name => "split";

    public override OpAttributes Attributes => new() { { "axis", axis }, { "sizes", sizes } };

    public override Op With(OpAttributes attributes) => new SplitOp(axis, attributes.Integers("sizes"));

    public int Axis => axis;

    public IReadOnlyList<int> Sizes => sizes;

    protected override Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs)
    {
        Shape x = inputs[0].Shape;
        Strides.Limit(Name, x);
        return x.Rank > axis && x[axis] == sizes.Sum()
            ? Array.ConvertAll(sizes, size => x.With(axis, size))
            : throw new ShapeException(Name, $"{sizes.Sum()} places in axis {axis} for the parts [{string.Join(", ", sizes)}]", x.ToString());
    }

    protected override void Move<T>(ForwardContext c)
    {
        Shape whole = c.InputSpec(0).Shape;
        int[] strides = c.Once(this, static (_, c) => Strides.Of(c.InputSpec(0).Shape));
        for (int i = 0, start = 0; i < sizes.Length; i++)
        {
            Shape part = c.OutputSpec(i).Shape;
            Strides.Read(part, c.In<T>(0), Strides.Offset(whole, axis, start), strides, c.Out<T>(i));
            start += sizes[i];
        }
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape whole = c.InputSpec(0).Shape;
        int[] strides = Strides.Of(whole);
        Span<T> grad = c.GradIn<T>(0);
        for (int i = 0, start = 0; i < sizes.Length; i++)
        {
            Shape part = c.OutputSpec(i).Shape;
            int offset = Strides.Offset(whole, axis, start);
            if (c.HasGradOut(i))
            {
                Strides.Write(part, c.GradOut<T>(i), grad, offset, strides);
            }
            else
            {
                Strides.Fill(part, T.Zero, grad, offset, strides);
            }

            start += sizes[i];
        }
    }
}

/// <summary>Tensors cut along an axis.</summary>
public static class SplitExtensions
{
    extension(Tensor x)
    {
        /// <summary>Cuts an axis into parts of given lengths, copied. Shapes: <c>[2, 7].Split([3, 4], 1) → [2, 3], [2, 4]</c>.</summary>
        /// <param name="sizes">Lengths, each at least 0, that add up to the axis.</param>
        /// <param name="dim">The axis; negative numbers count from the last (default 0).</param>
        /// <exception cref="ShapeException">The lengths do not add up to the axis, or there is no such axis.</exception>
        public Tensor[] Split(ReadOnlySpan<int> sizes, int dim = 0)
        {
            int axis = x.Shape.Axis(dim, "split");
            foreach (int size in sizes)
            {
                if (size < 0)
                {
                    throw new ShapeException("split", "parts of at least 0 places", $"[{string.Join(", ", sizes.ToArray())}]");
                }
            }

            return Op.RunAll(new SplitOp(axis, sizes.ToArray()), x);
        }

        /// <summary>Cuts an axis into parts of one length; the last is shorter when the axis does not divide.</summary>
        /// <param name="size">The length of a part, at least 1.</param>
        /// <param name="dim">The axis; negative numbers count from the last (default 0).</param>
        /// <exception cref="ShapeException">There is no such axis, or the length is less than 1.</exception>
        public Tensor[] Split(int size, int dim = 0)
        {
            int axis = x.Shape.Axis(dim, "split");
            if (size < 1)
            {
                throw new ShapeException("split", "parts of at least 1 place", $"{size}");
            }

            int length = x.Shape[axis];
            int parts = Math.Max(1, (int)(((long)length + size - 1) / size));
            return x.Split([.. Enumerable.Range(0, parts).Select(i => Math.Min(size, length - (i * size)))], axis);
        }

        /// <summary>
        /// Cuts an axis into at most <paramref name="chunks"/> parts of equal length, the last one shorter when it does not divide, as
        /// PyTorch does: 7 in 3 chunks are 3, 3 and 1.
        /// </summary>
        /// <param name="chunks">How many parts, at least 1.</param>
        /// <param name="dim">The axis; negative numbers count from the last (default 0).</param>
        /// <exception cref="ShapeException">There is no such axis, or there are no chunks.</exception>
        public Tensor[] Chunk(int chunks, int dim = 0)
        {
            if (chunks < 1)
            {
                throw new ShapeException("chunk", "at least 1 chunk", $"{chunks}");
            }

            int length = x.Shape[x.Shape.Axis(dim, "chunk")];
            return x.Split(Math.Max(1, (int)(((long)length + chunks - 1) / chunks)), dim);
        }
    }
}
