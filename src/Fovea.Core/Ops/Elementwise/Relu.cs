using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class ReluOp : UnaryOp<Relu, ReluBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
        [new(new ReluOp(), [3, 5]) { Distinct = true }, new(new ReluOp(), [0]), new(new ReluOp(), [2, 3, 17]) { Distinct = true }];

    public override string Name => "relu";

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
