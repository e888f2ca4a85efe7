using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class HardSwishOp : UnaryOp<HardSwish, HardSwishBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new HardSwishOp(), -5, 5, distinct: true);

    public override string Name => "hard_swish";

    protected override bool DerivativeReadsOutput => false;

    protected override int OperationsPerElement => 4;
}

/// <summary>The piecewise quadratic swish.</summary>
public static class HardSwishExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Piecewise swish: <c>x · min(max(x + 3, 0), 6) / 6</c>. Shapes: any → same. Source: MobileNetV3 (Howard et al., 2019).
        /// </summary>
        public Tensor HardSwish() => Op.Run(new HardSwishOp(), x);
    }
}
