using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class MinimumOp : ExtremeOp<Minimum, LessShare>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => BinarySamples.Of(new MinimumOp(), distinct: true);

    public override string Name => "minimum";
}

/// <summary>The smaller of two tensors, element by element.</summary>
public static class MinimumExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Smaller values: <c>min(x, other)</c>, element by element; NaN if either is. Shapes broadcast. Where the two are equal, each
        /// gets half of the gradient.
        /// </summary>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        public Tensor Minimum(Tensor other) => Op.Run(new MinimumOp(), x, other);
    }
}
