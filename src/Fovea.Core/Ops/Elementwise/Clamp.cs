using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class ClampOp(double low, double high) : UnaryOp<Clamp, ClampBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        .. UnarySamples.Of(new ClampOp(-0.7, 0.9), distinct: true),
        new(new ClampOp(0.1, double.PositiveInfinity), [21]) { Distinct = true },
        new(new ClampOp(double.NegativeInfinity, 0.1), [21]) { Distinct = true },
    ];

    public override string Name => "clamp";

    public override OpAttributes Attributes => new() { { "low", low }, { "high", high } };

    public double Low => low;

    public double High => high;

    protected override Clamp Function => new(low, high);

    protected override ClampBackward Derivative => new(low, high);

    protected override bool DerivativeReadsOutput => false;

    protected override int OperationsPerElement => 2;
}

/// <summary>Limits on values.</summary>
public static class ClampExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Limits: <c>min(max(x, min), max)</c>; NaN stays NaN. Shapes: any → same. The gradient passes where the value is within the
        /// limits (both included) and is 0 elsewhere.
        /// </summary>
        /// <param name="min">Least result, any number but NaN; null (the default) for no such limit.</param>
        /// <param name="max">Greatest result, at least <paramref name="min"/>; null (the default) for no such limit.</param>
        /// <exception cref="OptionException">The limits are in the wrong order, or NaN.</exception>
        public Tensor Clamp(double? min = null, double? max = null)
        {
            double low = min ?? double.NegativeInfinity;
            double high = max ?? double.PositiveInfinity;
            return low <= high
                ? Op.Run(new ClampOp(low, high), x)
                : throw new OptionException("clamp", $"expected min ≤ max, got {low} and {high}.");
        }
    }
}
