using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class TanhOp : UnaryOp<Tanh, TanhBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new TanhOp(), -3, 3);

    public override string Name => "tanh";

    protected override bool DerivativeReadsOutput => true;

    protected override int OperationsPerElement => 6;
}

/// <summary>The hyperbolic tangent.</summary>
public static class TanhExtensions
{
    extension(Tensor x)
    {
        /// <summary>Hyperbolic tangent: <c>(e^x − e^−x) / (e^x + e^−x)</c>, in (−1, 1). Shapes: any → same.</summary>
        public Tensor Tanh() => Op.Run(new TanhOp(), x);
    }
}
