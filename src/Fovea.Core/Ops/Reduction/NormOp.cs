using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Reductions;

namespace Fovea;

internal sealed class NormOp(int axis, bool keepDim) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples => [new(new NormOp(1, false), [3, 19]), new(new NormOp(1, true), [2, 5, 3])];

    public override string Name => "norm";

    public override OpAttributes Attributes => new() { { "axis", axis }, { "keep_dim", keepDim } };

    public int Axis => axis;

    public bool KeepDim => keepDim;

    private ReductionAxes Axes => new([axis], keepDim);

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0], 2);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => Axes.Infer(Name, inputs[0].Shape);

    protected override void Forward<T>(ForwardContext c)
    {
        Shape x = c.InputSpec(0).Shape;
        Span<T> y = c.Out<T>();
        Reduction.SumOfSquares(x.Product(0, axis), x[axis], x.Product(axis + 1, x.Rank), c.In<T>(0), y);
        Map.Run(y, y, default(SquareRoot));
        c.SaveInput(0);
        c.SaveOutput();
    }

    protected override void Backward<T>(BackwardContext c)
    {
        // d√Σx² = x / √Σx². At 0, where no direction is better than another, the gradient is 0 rather than NaN.
        ReadOnlySpan<T> y = c.Out<T>();
        ReadOnlySpan<T> dy = c.GradOut<T>();
        T[] scale = new T[y.Length];
        for (int i = 0; i < scale.Length; i++)
        {
            scale[i] = y[i] == T.Zero ? T.Zero : dy[i] / y[i];
        }

        Shape shape = c.InputSpec(0).Shape;
        int[] own = new int[shape.Rank];
        Broadcast.Strides(shape.Lengths, shape.Lengths, own);
        Broadcast.Run<Multiply, T>(shape.Lengths, c.In<T>(0), own, scale, Axes.Strides(shape), c.GradIn<T>(0), default);
    }
}

/// <summary>The Euclidean norm along an axis.</summary>
public static class NormExtensions
{
    extension(Tensor x)
    {
        /// <summary>Euclidean norm along an axis: <c>√Σx²</c>. Its gradient at 0 is 0.</summary>
        /// <param name="dim">The axis, negative ones counted from the last.</param>
        /// <param name="keepDim">Whether the axis stays with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis.</exception>
        public Tensor Norm(int dim, bool keepDim = false) => Op.Run(new NormOp(x.Shape.Axis(dim, "norm"), keepDim), x);

        /// <summary>Euclidean norm over several axes: <c>√Σx²</c>. Its gradient at 0 is 0.</summary>
        /// <param name="dim">The axes, negative ones counted from the last; null (the default) means all.</param>
        /// <param name="keepDim">Whether the axes stay with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, or one is named twice.</exception>
        public Tensor Norm(int[]? dim = null, bool keepDim = false) =>
            AxisMerge.Apply("norm", x, dim, keepDim, (merged, axis) => merged.Norm(axis));
    }
}
