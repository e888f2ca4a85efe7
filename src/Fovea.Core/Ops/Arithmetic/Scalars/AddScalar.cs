using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea;

internal sealed class AddScalarOp(double amount) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples => UnarySamples.Of(new AddScalarOp(0.7));

    public override string Name => "add_scalar";

    public override OpAttributes Attributes => new() { { "amount", amount } };

    public double Amount => amount;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0]);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => inputs[0].Shape;

    protected override void Forward<T>(ForwardContext c) => Map.Run(c.In<T>(0), c.Out<T>(), new Shift(amount));

    protected override void Backward<T>(BackwardContext c) => c.PassGradOut(0);
}

/// <summary>Sums and differences with a number.</summary>
public static class AddScalarExtensions
{
    extension(Tensor)
    {
        /// <summary>Sum: <c>x + amount</c>. Shapes: any → same.</summary>
        public static Tensor operator +(Tensor x, double amount) => Op.Run(new AddScalarOp(amount), x);

        /// <summary>Sum: <c>amount + x</c>. Shapes: any → same.</summary>
        public static Tensor operator +(double amount, Tensor x) => Op.Run(new AddScalarOp(amount), x);

        /// <summary>Difference: <c>x − amount</c>. Shapes: any → same.</summary>
        public static Tensor operator -(Tensor x, double amount) => Op.Run(new AddScalarOp(-amount), x);
    }
}
