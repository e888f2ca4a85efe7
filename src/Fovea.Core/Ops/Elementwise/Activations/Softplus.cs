using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class SoftplusOp(double beta) : UnaryOp<Softplus, SoftplusBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
        [.. UnarySamples.Of(new SoftplusOp(1), -6, 6), new(new SoftplusOp(2.5), [33]) { Range = (-40, 40) }];

    public override string Name => "softplus";

    public override OpAttributes Attributes => new() { { "beta", beta } };

    public double Beta => beta;

    protected override Softplus Function => new(beta);

    protected override SoftplusBackward Derivative => new(beta);

    protected override bool DerivativeReadsOutput => false;

    protected override int OperationsPerElement => 12;
}

/// <summary>The smooth rectifier.</summary>
public static class SoftplusExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Smooth rectifier: <c>ln(1 + e^(βx)) / β</c>, computed so that it never overflows; no threshold is needed. Shapes: any → same.
        /// </summary>
        /// <param name="beta">Sharpness, more than 0 (default 1).</param>
        /// <exception cref="OptionException">beta is not more than 0.</exception>
        public Tensor Softplus(double beta = 1) => beta > 0
            ? Op.Run(new SoftplusOp(beta), x)
            : throw new OptionException("softplus", $"expected a beta of more than 0, got {beta}.");
    }
}
