using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class LeakyReluOp(double negativeSlope) : UnaryOp<LeakyRelu, LeakyReluBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
        [.. UnarySamples.Of(new LeakyReluOp(0.01), distinct: true), new(new LeakyReluOp(-0.5), [9]) { Distinct = true }];

    public override string Name => "leaky_relu";

    public override OpAttributes Attributes => new() { { "negative_slope", negativeSlope } };

    public double NegativeSlope => negativeSlope;

    protected override LeakyRelu Function => new(negativeSlope);

    protected override LeakyReluBackward Derivative => new(negativeSlope);

    protected override bool DerivativeReadsOutput => false;
}

/// <summary>The rectifier with a slope below zero.</summary>
public static class LeakyReluExtensions
{
    extension(Tensor x)
    {
        /// <summary>Leaky rectifier: <c>x</c> above 0, <c>negativeSlope · x</c> elsewhere. Shapes: any → same.</summary>
        /// <param name="negativeSlope">The slope below 0, any number (default 0.01); it is the gradient at 0 as well.</param>
        public Tensor LeakyRelu(double negativeSlope = 0.01) => Op.Run(new LeakyReluOp(negativeSlope), x);
    }
}
