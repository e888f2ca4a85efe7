using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class DivideIntoScalarOp(double dividend) : UnaryOp<DivideInto, DivideIntoBackward>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new DivideIntoScalarOp(-0.7), 0.3, 3);

    public override string Name => "divide_into_scalar";

    public override OpAttributes Attributes => new() { { "dividend", dividend } };

    public double Dividend => dividend;

    protected override DivideInto Function => new(dividend);

    protected override DivideIntoBackward Derivative => new(dividend);

    protected override bool DerivativeReadsOutput => false;
}

/// <summary>Quotients of a number.</summary>
public static class DivideIntoScalarExtensions
{
    extension(Tensor)
    {
        /// <summary>Quotient: <c>dividend / x</c>; infinite at 0. Shapes: any → same.</summary>
        public static Tensor operator /(double dividend, Tensor x) => Op.Run(new DivideIntoScalarOp(dividend), x);
    }
}
