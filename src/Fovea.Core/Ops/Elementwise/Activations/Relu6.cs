using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class Relu6Op : UnaryOp<Relu6, Relu6Backward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new Relu6Op(), -3, 9, distinct: true);

    public override string Name => "relu6";

    protected override bool DerivativeReadsOutput => true;

    protected override int OperationsPerElement => 2;
}

/// <summary>The rectifier that saturates at 6.</summary>
public static class Relu6Extensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Rectified linear unit with a ceiling: <c>min(max(x, 0), 6)</c>. Shapes: any → same. The gradient at 0 and at 6 is 0.
        /// </summary>
        public Tensor Relu6() => Op.Run(new Relu6Op(), x);
    }
}
