using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class GeluOp : UnaryOp<Gelu, GeluBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new GeluOp(), -5, 5);

    public override string Name => "gelu";

    protected override bool DerivativeReadsOutput => false;

    protected override int OperationsPerElement => 14;
}

/// <summary>The Gaussian error linear unit.</summary>
public static class GeluExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Gaussian error linear unit: <c>x · Φ(x) = x/2 · (1 + erf(x/√2))</c>, exactly, not the approximation by tanh (see
        /// <see cref="GeluTanhExtensions"/>). Shapes: any → same. Source: Hendrycks and Gimpel, 2016.
        /// </summary>
        public Tensor Gelu() => Op.Run(new GeluOp(), x);
    }
}
