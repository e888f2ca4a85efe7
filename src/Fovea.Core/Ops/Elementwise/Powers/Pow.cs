using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class PowOp(double exponent) : UnaryOp<Power, PowerBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        .. UnarySamples.Of(new PowOp(3), -2, 2),
        .. new[] { 2.5, -1.5, 1 / 3.0, -2, 0, 1, 9, 4 }.Select(p => new OpSample(new PowOp(p), [19]) { Range = (0.3, 3) }),
    ];

    public override string Name => "pow";

    public override OpAttributes Attributes => new() { { "exponent", exponent } };

    public double Exponent => exponent;

    protected override Power Function => new(exponent);

    protected override PowerBackward Derivative => new(exponent);

    protected override bool DerivativeReadsOutput => false;

    protected override int OperationsPerElement => 16;
}

/// <summary>Powers with a constant exponent.</summary>
public static class PowExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Power: <c>x^exponent</c>; NaN for a negative x and an exponent that is not whole. Shapes: any → same.
        /// </summary>
        /// <param name="exponent">
        /// Any number. 2 and ½ are as fast as <c>Square</c> and <c>Sqrt</c>; small whole numbers are products.
        /// </param>
        public Tensor Pow(double exponent) => exponent switch
        {
            2 => x.Square(),
            0.5 => x.Sqrt(),
            _ => Op.Run(new PowOp(exponent), x),
        };
    }
}
