using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class NegateOp : LinearOp<Negate, Negate>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new NegateOp());

    public override string Name => "negate";
}

/// <summary>The sign, turned.</summary>
public static class NegateExtensions
{
    extension(Tensor)
    {
        /// <summary>Negation: <c>−x</c>. Shapes: any → same.</summary>
        public static Tensor operator -(Tensor x) => Op.Run(new NegateOp(), x);
    }
}
