using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class HardSigmoidOp : UnaryOp<HardSigmoid, HardSigmoidBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new HardSigmoidOp(), -5, 5, distinct: true);

    public override string Name => "hard_sigmoid";

    protected override bool DerivativeReadsOutput => false;

    protected override int OperationsPerElement => 3;
}

/// <summary>The piecewise linear gate.</summary>
public static class HardSigmoidExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Piecewise linear gate: <c>min(max(x + 3, 0), 6) / 6</c>. Shapes: any → same. The gradient at ±3 is 0. Source: MobileNetV3
        /// (Howard et al., 2019).
        /// </summary>
        public Tensor HardSigmoid() => Op.Run(new HardSigmoidOp(), x);
    }
}
