namespace Fovea;

internal sealed class SumOp(ReductionAxes axes) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        new(new SumOp(new([0, 1], false)), [3, 5]),
        new(new SumOp(new([1], true)), [2, 17, 3]),
        new(new SumOp(new([2], false)), [2, 3, 33]),
        new(new SumOp(new([0, 2], false)), [4, 3, 5, 2]),
        new(new SumOp(new([0, 3], true)), [2, 3, 4, 5]),
        new(new SumOp(new([1], false)), [2, 0, 3]),
    ];

    public override string Name => "sum";

    public override OpAttributes Attributes => new() { { "axes", axes.Axes }, { "keep_dim", axes.KeepDim } };

    public ReductionAxes Axes => axes;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0]);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => axes.Infer(Name, inputs[0].Shape);

    protected override void Forward<T>(ForwardContext c) => axes.Sum(c.InputSpec(0).Shape, c.In<T>(0), c.Out<T>());

    protected override void Backward<T>(BackwardContext c) => axes.Repeat(c.InputSpec(0).Shape, c.GradOut<T>(), T.One, c.GradIn<T>(0));
}

/// <summary>Sums over axes.</summary>
public static class SumExtensions
{
    extension(Tensor x)
    {
        /// <summary>Sum over axes; 0 over an empty one.</summary>
        /// <param name="dim">The axes, negative ones counted from the last; null (the default) means all.</param>
        /// <param name="keepDim">Whether the axes stay with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, or one is named twice.</exception>
        public Tensor Sum(int[]? dim = null, bool keepDim = false) => Op.Run(new SumOp(ReductionAxes.Of("sum", x, dim, keepDim)), x);
    }
}
