using Kernel = Fovea.Simd.Softmaxes.Softmax;

namespace Fovea;

internal sealed class LogSoftmaxOp(int axis) : FloatOp, ISampledOp
{
    public static IEnumerable<OpSample> Samples => SoftmaxSamples.Of(axis => new LogSoftmaxOp(axis));

    public override string Name => "log_softmax";

    public override OpAttributes Attributes => new() { { "axis", axis } };

    public int Axis => axis;

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(inputs[0], 12);

    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => SoftmaxSamples.Infer(Name, inputs[0].Shape, axis);

    protected override void Forward<T>(ForwardContext c)
    {
        (int outer, int length, int inner) = c.InputSpec(0).Shape.Around(axis);
        Kernel.LogForward(outer, length, inner, c.In<T>(0), c.Out<T>());
        c.SaveOutput();
    }

    protected override void Backward<T>(BackwardContext c)
    {
        (int outer, int length, int inner) = c.InputSpec(0).Shape.Around(axis);
        Kernel.LogBackward(outer, length, inner, c.Out<T>(), c.GradOut<T>(), c.GradInOverGradOut<T>(0));
    }
}

/// <summary>The logarithm of softmax along an axis.</summary>
public static class LogSoftmaxExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Log-softmax: <c>y_i = x_i − m − ln Σ_j e^(x_j − m)</c> with the maximum m of the axis; exact where the logarithm of a softmax
        /// would be −∞. Shapes: any → same.
        /// </summary>
        /// <param name="dim">The axis; negative numbers count from the last.</param>
        /// <exception cref="ShapeException">There is no such axis.</exception>
        public Tensor LogSoftmax(int dim) => Op.Run(new LogSoftmaxOp(x.Shape.Axis(dim, "log_softmax")), x);
    }
}
