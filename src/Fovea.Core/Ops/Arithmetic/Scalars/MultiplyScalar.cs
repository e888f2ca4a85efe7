using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class MultiplyScalarOp(double factor) : LinearOp<Scale, Scale>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new MultiplyScalarOp(-0.7));

    public override string Name => "multiply_scalar";

    public override OpAttributes Attributes => new() { { "factor", factor } };

    public double Factor => factor;

    protected override Scale Function => new(factor);

    protected override Scale Derivative => new(factor);
}

/// <summary>Products with a number.</summary>
public static class MultiplyScalarExtensions
{
    extension(Tensor)
    {
        /// <summary>Product: <c>x · factor</c>. Shapes: any → same.</summary>
        public static Tensor operator *(Tensor x, double factor) => Op.Run(new MultiplyScalarOp(factor), x);

        /// <summary>Product: <c>factor · x</c>. Shapes: any → same.</summary>
        public static Tensor operator *(double factor, Tensor x) => Op.Run(new MultiplyScalarOp(factor), x);
    }
}
