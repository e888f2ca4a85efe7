using Fovea.Simd.Copying;

namespace Fovea;

internal sealed class GatherOp(int axis) : AnyTypeOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new GatherOp(0), [5], [7]) { Make = Places(5, [7]) },
        new(new GatherOp(1), [2, 7, 3], [2, 4, 3]) { Make = Places(7, [2, 4, 3]) },
        new(new GatherOp(2), [2, 3, 5], [2, 3, 1]) { Make = Places(5, [2, 3, 1]) },
        new(new GatherOp(1), [4, 3], [4, 0]) { Make = Places(3, [4, 0]) },
        new(new GatherOp(1), [700, 30], [700, 40]) { Make = Places(30, [700, 40]) },
    ];

    public override string Name => "gather";

    public override OpAttributes Attributes => new() { { "axis", axis } };

    public int Axis => axis;

    protected override int AlikeInputs => 1;

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs)
    {
        (Shape x, Shape index) = (inputs[0].Shape, inputs[1].Shape);
        if (inputs[1].DType != DType.Int64)
        {
            throw new DTypeException(Name, "an Int64 index", inputs[1].DType.ToString());
        }

        return x.Rank > axis && index.Rank == x.Rank && index.With(axis, x[axis]) == x
            ? index
            : throw new ShapeException(Name, $"an index that differs from x in axis {axis} alone", $"x {x} and index {index}");
    }

    protected override void Move<T>(ForwardContext c)
    {
        (int outer, int length, int inner) = Split(c.InputSpec(0).Shape);
        IndexChecks.Check(Name, c.In<long>(1), length);
        ElementGather.Run(outer, length, c.InputSpec(1).Shape[axis], inner, c.In<long>(1), c.In<T>(0), c.Out<T>());
        c.SaveInput(1);
    }

    protected override void Backward<T>(BackwardContext c)
    {
        (int outer, int length, int inner) = Split(c.InputSpec(0).Shape);
        ElementGather.Backward(outer, length, c.InputSpec(1).Shape[axis], inner, c.In<long>(1), c.GradOut<T>(), c.GradIn<T>(0));
    }

    private static Func<int, Generator, Tensor?> Places(int axis, int[] shape) => (input, generator) =>
    {
        var all = new Shape(shape);
        return input == 1 ? Tensor.From([.. Enumerable.Range(0, all.Elements).Select(_ => (long)generator.Next(axis))], all) : null;
    };

    private (int Outer, int Length, int Inner) Split(Shape x) => (x.Product(0, axis), x[axis], x.Product(axis + 1, x.Rank));
}

/// <summary>A place of an axis for every element.</summary>
public static class GatherExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Picks one place of an axis for every element of the index: <c>y[i, k, j] = x[i, index[i, k, j], j]</c> for axis 1. Shapes: the
        /// result has the shape of the index, which differs from x in that axis alone.
        /// </summary>
        /// <param name="dim">The axis; negative numbers count from the last.</param>
        /// <param name="index">Int64, each from 0 to the axis − 1. A place picked more than once gets the sum of the gradients.</param>
        /// <exception cref="ShapeException">There is no such axis, or the shapes differ elsewhere.</exception>
        /// <exception cref="FoveaException">A place is out of range.</exception>
        public Tensor Gather(int dim, Tensor index) => Op.Run(new GatherOp(x.Shape.Axis(dim, "gather")), x, index);
    }
}
