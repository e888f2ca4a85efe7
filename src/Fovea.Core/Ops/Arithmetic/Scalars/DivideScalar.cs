using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class DivideScalarOp(double divisor) : LinearOp<DivideBy, DivideBy>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new DivideScalarOp(-0.7));

    public override string Name => "divide_scalar";

    public override OpAttributes Attributes => new() { { "divisor", divisor } };

    public double Divisor => divisor;

    protected override DivideBy Function => new(divisor);

    protected override DivideBy Derivative => new(divisor);
}

/// <summary>Quotients by a number.</summary>
public static class DivideScalarExtensions
{
    extension(Tensor)
    {
        /// <summary>Quotient: <c>x / divisor</c>, rounded once. Shapes: any → same.</summary>
        public static Tensor operator /(Tensor x, double divisor) => Op.Run(new DivideScalarOp(divisor), x);
    }
}
