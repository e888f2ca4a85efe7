using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class MaximumOp : ExtremeOp<Maximum, GreaterShare>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => BinarySamples.Of(new MaximumOp(), distinct: true);

    public override string Name => "maximum";
}

/// <summary>The larger of two tensors, element by element.</summary>
public static class MaximumExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Larger values: <c>max(x, other)</c>, element by element; NaN if either is. Shapes broadcast. Where the two are equal, each
        /// gets half of the gradient.
        /// </summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Tensor Maximum(Tensor other) => Op.Run(new MaximumOp(), x, other);
    }
}
