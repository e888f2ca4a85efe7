using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class SigmoidOp : UnaryOp<Sigmoid, SigmoidBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new SigmoidOp(), -6, 6);

    public override string Name => "sigmoid";

    protected override bool DerivativeReadsOutput => true;

    protected override int OperationsPerElement => 4;
}

/// <summary>The logistic function.</summary>
public static class SigmoidExtensions
{
    extension(Tensor x)
    {
        /// <summary>Logistic function: <c>σ(x) = 1 / (1 + e^−x)</c>, without overflow at either end. Shapes: any → same.</summary>
        public Tensor Sigmoid() => Op.Run(new SigmoidOp(), x);
    }
}
