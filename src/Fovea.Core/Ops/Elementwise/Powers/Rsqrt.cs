using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class RsqrtOp : UnaryOp<ReciprocalSquareRoot, ReciprocalSquareRootBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new RsqrtOp(), 0.3, 4);

    public override string Name => "rsqrt";

    protected override bool DerivativeReadsOutput => true;

    protected override int OperationsPerElement => 2;
}

/// <summary>One over the square root.</summary>
public static class RsqrtExtensions
{
    extension(Tensor x)
    {
        /// <summary>Reciprocal square root: <c>1 / √x</c>; infinite at 0, NaN below. Shapes: any → same.</summary>
        public Tensor Rsqrt() => Op.Run(new RsqrtOp(), x);
    }
}
