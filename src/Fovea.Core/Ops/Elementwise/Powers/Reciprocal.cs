using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class ReciprocalOp : UnaryOp<Reciprocal, ReciprocalBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new ReciprocalOp(), 0.3, 4);

    public override string Name => "reciprocal";

    protected override bool DerivativeReadsOutput => true;
}

/// <summary>One over a number.</summary>
public static class ReciprocalExtensions
{
    extension(Tensor x)
    {
        /// <summary>Reciprocal: <c>1 / x</c>; infinite at 0. Shapes: any → same.</summary>
        public Tensor Reciprocal() => Op.Run(new ReciprocalOp(), x);
    }
}
