namespace Fovea;

/// <summary>Logarithms of sums of exponentials.</summary>
public static class LogSumExpExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// <c>log Σ e^x</c> along an axis, as <c>m + log Σ e^(x − m)</c> with the axis's maximum m, so that nothing overflows.
        /// </summary>
        /// <param name="dim">The axis, negative ones counted from the last.</param>
        /// <param name="keepDim">Whether the axis stays with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, or it is empty.</exception>
        public Tensor LogSumExp(int dim, bool keepDim = false)
        {
            int axis = x.Shape.Axis(dim, "logsumexp");

            // The maximum cancels out of the gradient, so it stays off the tape. An infinite one would leave ∞ − ∞: nothing is subtracted then.
            Tensor maximum = x.Detach().Max(axis, keepDim: true);
            maximum = maximum.MaskedFill(maximum.Abs().EqualTo(double.PositiveInfinity), 0);
            Tensor result = (x - maximum).Exp().Sum([axis], keepDim: true).Log() + maximum;
            return keepDim ? result : result.Reshape(x.Shape.Without(axis).Lengths);
        }

        /// <summary><c>log Σ e^x</c> over several axes, without overflow; −∞ over nothing but −∞.</summary>
        /// <param name="dim">The axes, negative ones counted from the last; null (the default) means all.</param>
        /// <param name="keepDim">Whether the axes stay with length 1 (default false).</param>
        /// <exception cref="ShapeException">There is no such axis, one is named twice, or they are empty.</exception>
        public Tensor LogSumExp(int[]? dim = null, bool keepDim = false) =>
            AxisMerge.Apply("logsumexp", x, dim, keepDim, (merged, axis) => merged.LogSumExp(axis));
    }
}
