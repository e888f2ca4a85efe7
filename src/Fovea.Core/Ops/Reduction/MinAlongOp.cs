namespace Fovea;

internal sealed class MinAlongOp(int axis, bool keepDim) : ExtremeAlongOp(axis, keepDim), ISampledOp
{
    public static IEnumerable<OpSample> Samples => SamplesOf((axis, keepDim) => new MinAlongOp(axis, keepDim));

    public override string Name => "min";

    protected override bool Smallest => true;
}

/// <summary>The smallest value along an axis.</summary>
public static class MinAlongExtensions
{
    extension(Tensor x)
    {
        /// <summary>The smallest value along an axis; NaN if one is there. The gradient goes to the first place that holds it.</summary>
        /// <param name="dim">The axis, negative ones counted from the last.</param>
        /// <param name="keepDim">Whether the axis stays with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, or it is empty.</exception>
        public Tensor Min(int dim, bool keepDim = false) => Op.Run(new MinAlongOp(x.Shape.Axis(dim, "min"), keepDim), x);

        /// <summary>
        /// The smallest value over several axes; NaN if one is there. The gradient goes to the first place that holds it.
        /// </summary>
        /// <param name="dim">The axes, negative ones counted from the last; null (the default) means all.</param>
        /// <param name="keepDim">Whether the axes stay with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, one is named twice, or they are empty.</exception>
        public Tensor Min(int[]? dim = null, bool keepDim = false) =>
            AxisMerge.Apply("min", x, dim, keepDim, (merged, axis) => merged.Min(axis));
    }
}
