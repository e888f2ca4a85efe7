using Fovea.Simd.Copying;

namespace Fovea;

internal sealed class IndexSelectOp(int axis) : AnyTypeOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new IndexSelectOp(0), [5], [7]) { Make = Places(5, 7) },
        new(new IndexSelectOp(1), [2, 7, 3], [4]) { Make = Places(7, 4) },
        new(new IndexSelectOp(2), [2, 3, 5], [9]) { Make = Places(5, 9) },
        new(new IndexSelectOp(0), [4, 3], [0]) { Make = Places(4, 0) },
        new(new IndexSelectOp(0), [50, 301], [200]) { Make = Places(50, 200) },
    ];

    public override string Name => "index_select";

    public override OpAttributes Attributes => new() { { "axis", axis } };

    public int Axis => axis;

    protected override int AlikeInputs => 1;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        (TensorSpec x, TensorSpec index) = (inputs[0], inputs[1]);
        if (index.DType != DType.Int64)
        {
            throw new DTypeException(Name, "an Int64 index", index.DType.ToString());
        }

        if (index.Shape.Rank != 1)
        {
            throw new ShapeException(Name, "an index of one axis", index.Shape.ToString());
        }

        return x.Shape.Rank > axis
            ? x.Shape.With(axis, index.Shape[0])
            : throw new ShapeException(Name, $"at least {axis + 1} axes", x.Shape.ToString());
    }

    protected override void Move<T>(ForwardContext c)
    {
        (int outer, int length, int inner) = Split(c.InputSpec(0).Shape);
        int[] places = IndexChecks.Places(Name, c.In<long>(1), length);
        AxisGather.Run(outer, length, inner, places, c.In<T>(0), c.Out<T>());
        c.SaveInput(1);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        (int outer, int length, int inner) = Split(c.InputSpec(0).Shape);
        AxisGather.Backward(outer, length, inner, IndexChecks.Places(Name, c.In<long>(1), length), c.GradOut<T>(), c.GradIn<T>(0));
    }

    private static Func<int, Generator, Tensor?> Places(int axis, int count) => (input, generator) => input == 1
        ? Tensor.From([.. Enumerable.Range(0, count).Select(_ => (long)generator.Next(axis))])
        : null;

    private (int Outer, int Length, int Inner) Split(Shape x) => (x.Product(0, axis), x[axis], x.Product(axis + 1, x.Rank));
}

/// <summary>Places of an axis picked by number.</summary>
public static class IndexSelectExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Picks places of an axis: <c>y[…, k, …] = x[…, index[k], …]</c>. Shapes: <c>x [2, 7, 3], index [4], axis 1 → [2, 4, 3]</c>. A
        /// place may be picked more than once; its gradients add up.
        /// </summary>
        /// <param name="dim">The axis; negative numbers count from the last.</param>
        /// <param name="index">Int64, one axis, each from 0 to the axis − 1.</param>
        /// <exception cref="ShapeException">There is no such axis, or the index has more than one.</exception>
        /// <exception cref="FoveaException">A place is out of range.</exception>
        public Tensor IndexSelect(int dim, Tensor index) => Op.Run(new IndexSelectOp(x.Shape.Axis(dim, "index_select")), x, index);

        /// <summary>
        /// Looks up rows of this table: <c>y[…, :] = x[index[…], :]</c>, an embedding. Shapes: <c>x [V, D], index [...] → [..., D]</c>.
        /// </summary>
        /// <param name="index">Int64, any shape, each from 0 to V − 1.</param>
        /// <exception cref="ShapeException">The table has not two axes.</exception>
        /// <exception cref="FoveaException">A row is out of range.</exception>
        public Tensor Embedding(Tensor index)
        {
            if (x.Rank != 2)
            {
                throw new ShapeException("embedding", "a table [V, D]", x.Shape.ToString());
            }

            return x.IndexSelect(0, index.Reshape(index.Elements)).Reshape([.. index.Shape.Lengths, x.Shape[1]]);
        }
    }
}
