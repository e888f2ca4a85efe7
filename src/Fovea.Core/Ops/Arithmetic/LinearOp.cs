using Fovea.Simd.Drivers;

namespace Fovea;

/// <summary>What ops share that are linear in their one operand: nothing is saved, and backward is another pass of one operand.</summary>
internal abstract class LinearOp<TForward, TBackward> : FloatOp
    where TForward : unmanaged, IUnary
    where TBackward : unmanaged, IUnary
{
    public override OpAttributes Attributes => OpAttributes.None;

    /// <summary>The function.</summary>
    protected virtual TForward Function => default;

    /// <summary>The gradient of the input as a function of that of the output.</summary>
    protected virtual TBackward Derivative => default;

    /// <inheritdoc/>
    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0]);

    /// <inheritdoc/>
    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => inputs[0].Shape;

    /// <inheritdoc/>
    protected override void Forward<T>(ForwardContext c) => Map.Run(c.In<T>(0), c.Out<T>(), Function);

    /// <inheritdoc/>
    protected override void Backward<T>(BackwardContext c) => Map.Run(c.GradOut<T>(), c.GradInOverGradOut<T>(0), Derivative);
}
