using System.Numerics;

namespace Fovea;

/// <summary>
/// An op that moves values without computing with them, so that it takes every element type but those for storing alone (a view takes these
/// as well): one generic body forward; backward only where the type is floating-point.
/// </summary>
public abstract class AnyTypeOp : Op
{
    /// <inheritdoc/>
    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.None;

    /// <inheritdoc/>
    public sealed override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        DType type = inputs[0].DType;
        if (type.IsStoredOnly() && !IsView)
        {
            throw new DTypeException(Name, "Float32, Float64, Int64, UInt8 or Bool", type.ToString());
        }

        for (int i = 1; i < Math.Min(inputs.Length, AlikeInputs); i++)
        {
            if (inputs[i].DType != type)
            {
                throw new DTypeException(Name, $"{type} as the first input has", inputs[i].DType.ToString());
            }
        }

        try
        {
            return Array.ConvertAll(InferShapes(inputs), s => new TensorSpec(s, type));
        }
        catch (Exception e) when (Shape.IsTooLarge(e))
        {
            throw Shape.TooLarge(Name, inputs);
        }
    }

    /// <inheritdoc/>
    protected internal sealed override void Forward(ForwardContext c)
    {
        ArgumentNullException.ThrowIfNull(c);
        switch (c.InputSpec(0).DType)
        {
            case DType.Float32:
                Move<float>(c);
                break;
            case DType.Float64:
                Move<double>(c);
                break;
            case DType.Int64:
                Move<long>(c);
                break;
            case DType.UInt8:
                Move<byte>(c);
                break;
            case DType.Bool:
                Move<bool>(c);
                break;
            case var type:
                throw new InvalidOperationException($"{Name}: {type} was let in and cannot be moved.");
        }
    }

    /// <inheritdoc/>
    protected internal sealed override void Backward(BackwardContext c)
    {
        ArgumentNullException.ThrowIfNull(c);
        if (c.InputSpec(0).DType == DType.Float32)
        {
            Backward<float>(c);
        }
        else
        {
            Backward<double>(c);
        }
    }

    /// <summary>How many leading inputs share the element type; the default is all of them.</summary>
    protected virtual int AlikeInputs => int.MaxValue;

    /// <summary>The shape of the single output.</summary>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    protected virtual Shape InferShape(ReadOnlySpan<TensorSpec> inputs) =>
        throw new InvalidOperationException($"{Name}: overrides neither InferShape nor InferShapes.");

    /// <summary>The shapes of the outputs; override it for an op of several.</summary>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    protected virtual Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs) => [InferShape(inputs)];

    /// <summary>The forward pass in one element type.</summary>
    protected abstract void Move<T>(ForwardContext c)
        where T : unmanaged;

    /// <summary>The backward pass in one element type.</summary>
    protected virtual void Backward<T>(BackwardContext c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => base.Backward(c);
}
