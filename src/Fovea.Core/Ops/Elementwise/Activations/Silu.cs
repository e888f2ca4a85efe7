using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class SiluOp : UnaryOp<Silu, SiluBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new SiluOp(), -5, 5);

    public override string Name => "silu";

    protected override bool DerivativeReadsOutput => false;

    protected override int OperationsPerElement => 5;
}

/// <summary>The sigmoid linear unit.</summary>
public static class SiluExtensions
{
    extension(Tensor x)
    {
        /// <summary>Sigmoid linear unit, also called swish: <c>x · σ(x)</c>. Shapes: any → same.</summary>
        public Tensor Silu() => Op.Run(new SiluOp(), x);
    }
}
