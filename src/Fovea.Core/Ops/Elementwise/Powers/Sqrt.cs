using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class SqrtOp : UnaryOp<SquareRoot, SquareRootBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new SqrtOp(), 0.3, 4);

    public override string Name => "sqrt";

    protected override bool DerivativeReadsOutput => true;
}

/// <summary>The square root.</summary>
public static class SqrtExtensions
{
    extension(Tensor x)
    {
        /// <summary>Square root: <c>√x</c>; NaN below 0. Shapes: any → same. The gradient at 0 is infinite.</summary>
        public Tensor Sqrt() => Op.Run(new SqrtOp(), x);
    }
}
