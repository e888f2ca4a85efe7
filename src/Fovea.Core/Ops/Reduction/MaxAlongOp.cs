namespace Fovea;

internal sealed class MaxAlongOp(int axis, bool keepDim) : ExtremeAlongOp(axis, keepDim), ISampledOp
{
    public static IEnumerable<OpSample> Samples => SamplesOf((axis, keepDim) => new MaxAlongOp(axis, keepDim));

    public override string Name => "max";

    protected override bool Smallest => false;
}

/// <summary>The largest value along an axis.</summary>
public static class MaxAlongExtensions
{
    extension(Tensor x)
    {
        /// <summary>The largest value along an axis; NaN if one is there. The gradient goes to the first place that holds it.</summary>
        /// <param name="dim">The axis, negative ones counted from the last.</param>
        /// <param name="keepDim">Whether the axis stays with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, or it is empty.</exception>
        public Tensor Max(int dim, bool keepDim = false) => Op.Run(new MaxAlongOp(x.Shape.Axis(dim, "max"), keepDim), x);

        /// <summary>The largest value over several axes; NaN if one is there. The gradient goes to the first place that holds it.</summary>
        /// <param name="dim">The axes, negative ones counted from the last; null (the default) means all.</param>
        /// <param name="keepDim">Whether the axes stay with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, one is named twice, or they are empty.</exception>
        public Tensor Max(int[]? dim = null, bool keepDim = false) =>
            AxisMerge.Apply("max", x, dim, keepDim, (merged, axis) => merged.Max(axis));
    }
}
