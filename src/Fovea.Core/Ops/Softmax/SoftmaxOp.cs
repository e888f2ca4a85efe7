using Kernel = Fovea.Simd.Softmaxes.Softmax;

namespace Fovea;

internal sealed class SoftmaxOp(int axis) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples => SoftmaxSamples.Of(axis => new SoftmaxOp(axis));

    public override string Name => "softmax";

    public override OpAttributes Attributes => new() { { "axis", axis } };

    public int Axis => axis;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0], 11);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => SoftmaxSamples.Infer(Name, inputs[0].Shape, axis);

    protected override void Forward<T>(ForwardContext c)
    {
        (int outer, int length, int inner) = c.InputSpec(0).Shape.Around(axis);
        Kernel.Forward(outer, length, inner, c.In<T>(0), c.Out<T>());
        c.SaveOutput();
    }

    protected override void Backward<T>(BackwardContext c)
    {
        (int outer, int length, int inner) = c.InputSpec(0).Shape.Around(axis);
        Kernel.Backward(outer, length, inner, c.Out<T>(), c.GradOut<T>(), c.GradInOverGradOut<T>(0));
    }
}

/// <summary>Softmax along an axis.</summary>
public static class SoftmaxExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Softmax: <c>y_i = e^(x_i − m) / Σ_j e^(x_j − m)</c> with the maximum m of the axis, so that nothing overflows. Shapes: any →
        /// same. A row of −∞ alone gives zeros, where PyTorch gives NaN: a query that may attend to nothing gets nothing.
        /// </summary>
        /// <param name="dim">The axis that adds up to 1; negative numbers count from the last.</param>
        /// <exception cref="ShapeException">There is no such axis.</exception>
        public Tensor Softmax(int dim) => Op.Run(new SoftmaxOp(x.Shape.Axis(dim, "softmax")), x);
    }
}
