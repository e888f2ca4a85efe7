using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class GeluTanhOp : UnaryOp<GeluTanh, GeluTanhBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new GeluTanhOp(), -5, 5);

    public override string Name => "gelu_tanh";

    protected override bool DerivativeReadsOutput => false;

    protected override int OperationsPerElement => 12;
}

/// <summary>The Gaussian error linear unit by tanh.</summary>
public static class GeluTanhExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// The approximation of <c>Gelu</c> that PyTorch calls <c>approximate="tanh"</c>: <c>x/2 · (1 + tanh(√(2/π) · (x +
        /// 0.044715·x³)))</c>. Shapes: any → same. It differs from the exact function by up to about 5e-4.
        /// </summary>
        public Tensor GeluTanh() => Op.Run(new GeluTanhOp(), x);
    }
}
