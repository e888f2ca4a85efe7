using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class MeanOp(ReductionAxes axes) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new MeanOp(new([0, 1], false)), [3, 5]),
        new(new MeanOp(new([1], true)), [2, 17, 3]),
        new(new MeanOp(new([2, 3], false)), [2, 3, 7, 5]),
        new(new MeanOp(new([0, 2], true)), [4, 3, 5]),
    ];

    public override string Name => "mean";

    public override OpAttributes Attributes => new() { { "axes", axes.Axes }, { "keep_dim", axes.KeepDim } };

    public ReductionAxes Axes => axes;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0]);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => axes.Infer(Name, inputs[0].Shape);

    protected override void Forward<T>(ForwardContext c)
    {
        Shape shape = c.InputSpec(0).Shape;
        Span<T> y = c.Out<T>();
        axes.Sum(shape, c.In<T>(0), y);
        Map.Run(y, y, new Scale(1.0 / axes.Count(shape)));
    }

    protected override void Backward<T>(BackwardContext c)
    {
        Shape shape = c.InputSpec(0).Shape;
        axes.Repeat(shape, c.GradOut<T>(), T.CreateChecked(1.0 / axes.Count(shape)), c.GradIn<T>(0));
    }
}

/// <summary>Means over axes.</summary>
public static class MeanExtensions
{
    extension(Tensor x)
    {
        /// <summary>Arithmetic mean over axes; NaN over an empty one.</summary>
        /// <param name="dim">The axes, negative ones counted from the last; null (the default) means all.</param>
        /// <param name="keepDim">Whether the axes stay with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, or one is named twice.</exception>
        public Tensor Mean(int[]? dim = null, bool keepDim = false) => Op.Run(new MeanOp(ReductionAxes.Of("mean", x, dim, keepDim)), x);

        /// <summary>Global average pooling: <c>[N, C, …] → [N, C]</c>, the mean over all positions.</summary>
        /// <exception cref="ShapeException">The input has fewer than three axes.</exception>
        public Tensor GlobalAvgPool() => x.Rank >= 3
            ? x.Mean([.. Enumerable.Range(2, x.Rank - 2)])
            : throw new ShapeException("global_avg_pool", "[N, C, …positions]", x.Shape.ToString());
    }
}
