using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class ReluOp : UnaryOp<Relu, ReluBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new ReluOp(), distinct: true);

    public override string Name => "relu";

    // The output rather than the input: the next layer keeps it anyway, so that the tape holds one tensor instead of two.
    protected override bool DerivativeReadsOutput => true;
}

/// <summary>The rectifier.</summary>
public static class ReluExtensions
{
    extension(Tensor x)
    {
        /// <summary>Rectified linear unit: <c>max(x, 0)</c>; NaN stays NaN. Shapes: any → same. The gradient at 0 is 0.</summary>
        public Tensor Relu() => Op.Run(new ReluOp(), x);
    }
}
