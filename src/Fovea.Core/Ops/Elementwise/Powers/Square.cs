using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class SquareOp : UnaryOp<Square, SquareBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new SquareOp(), -2, 2);

    public override string Name => "square";

    protected override bool DerivativeReadsOutput => false;
}

/// <summary>The square.</summary>
public static class SquareExtensions
{
    extension(Tensor x)
    {
        /// <summary>Square: <c>x²</c>. Shapes: any → same.</summary>
        public Tensor Square() => Op.Run(new SquareOp(), x);
    }
}
