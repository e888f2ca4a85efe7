using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class SubtractFromScalarOp(double minuend) : LinearOp<Affine, Negate>, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new SubtractFromScalarOp(0.7));

    public override string Name => "subtract_from_scalar";

    public override OpAttributes Attributes => new() { { "minuend", minuend } };

    public double Minuend => minuend;

    protected override Affine Function => new(-1, minuend);
}

/// <summary>Differences from a number.</summary>
public static class SubtractFromScalarExtensions
{
    extension(Tensor)
    {
        /// <summary>Difference: <c>minuend − x</c>. Shapes: any → same.</summary>
        public static Tensor operator -(double minuend, Tensor x) => Op.Run(new SubtractFromScalarOp(minuend), x);
    }
}
