using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea;

/// <summary>What ops of one operand share: the same shape out, one pass forward, one pass backward over what was saved.</summary>
internal abstract class UnaryOp<TForward, TBackward> : FloatOp
    where TForward : unmanaged, IUnary
    where TBackward : unmanaged, IBinary
{
    public override OpAttributes Attributes => OpAttributes.None;

    /// <summary>The function.</summary>
    protected virtual TForward Function => default;

    /// <summary>Its derivative times the output's gradient, as a function of what was saved and that gradient.</summary>
    protected virtual TBackward Derivative => default;

    /// <summary>Whether the derivative reads the output (true) or the input (false).</summary>
    protected abstract bool DerivativeReadsOutput { get; }

    /// <summary>Operations on an element, for the cost.</summary>
    protected virtual int OperationsPerElement => 1;

    /// <inheritdoc/>
    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) =>
        OpCost.PerElement(outputs[0], OperationsPerElement);

    /// <inheritdoc/>
    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => true;

    /// <inheritdoc/>
    protected override Shape InferShape(ReadOnlySpan<TensorSpec> inputs) => inputs[0].Shape;

    /// <inheritdoc/>
    protected override void Forward<T>(ForwardContext c)
    {
        Map.Run(c.In<T>(0), c.Out<T>(), Function);
        if (DerivativeReadsOutput)
        {
            c.SaveOutput();
        }
        else
        {
            c.SaveInput(0);
        }
    }

    /// <inheritdoc/>
    protected override void Backward<T>(BackwardContext c)
    {
        ReadOnlySpan<T> saved = DerivativeReadsOutput ? c.Out<T>() : c.In<T>(0);
        Zip.Run(saved, c.GradOut<T>(), c.GradInOverGradOut<T>(0), Derivative);
    }
}
