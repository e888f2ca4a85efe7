using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class AbsOp : UnaryOp<Absolute, AbsoluteBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new AbsOp(), -2, 2, distinct: true);

    public override string Name => "abs";

    protected override bool DerivativeReadsOutput => false;
}

/// <summary>The absolute value.</summary>
public static class AbsExtensions
{
    extension(Tensor x)
    {
        /// <summary>Absolute value: <c>|x|</c>. Shapes: any → same. The gradient at 0 is 0.</summary>
        public Tensor Abs() => Op.Run(new AbsOp(), x);
    }
}
