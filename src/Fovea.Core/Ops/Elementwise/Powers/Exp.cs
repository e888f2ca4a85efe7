using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class ExpOp : UnaryOp<Exp, Multiply>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new ExpOp(), -3, 3);

    public override string Name => "exp";

    protected override bool DerivativeReadsOutput => true;

    protected override int OperationsPerElement => 8;
}

/// <summary>The exponential function.</summary>
public static class ExpExtensions
{
    extension(Tensor x)
    {
        /// <summary>Exponential: <c>e^x</c>; infinite past the largest number. Shapes: any → same.</summary>
        public Tensor Exp() => Op.Run(new ExpOp(), x);
    }
}
