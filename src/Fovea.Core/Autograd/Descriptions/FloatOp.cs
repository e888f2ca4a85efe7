namespace Fovea;

/// <summary>
/// An op whose inputs and outputs are all of one floating-point type: it writes one generic body, and this class picks the type.
/// Inputs that are not numbers to differentiate (labels, masks) come after the first <see cref="FloatInputs"/>.
/// </summary>
public abstract class FloatOp : Op
{
    /// <summary>How many leading inputs must share the floating-point type; the default is all of them.</summary>
    protected virtual int FloatInputs => int.MaxValue;

    /// <summary>The shape of the single output.</summary>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    protected virtual Shape InferShape(ReadOnlySpan<TensorSpec> inputs) =>
        throw new InvalidOperationException($"{Name}: overrides neither InferShape nor InferShapes.");

    /// <summary>The shapes of the outputs; override it for an op of several.</summary>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    protected virtual Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs) => [InferShape(inputs)];

    /// <inheritdoc/>
    public sealed override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        DType type = inputs[0].DType;
        if (!type.IsFloating())
        {
            throw new DTypeException(Name, "Float32 or Float64", type.ToString());
        }

        for (int i = 1; i < inputs.Length && i < FloatInputs; i++)
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
        if (c.InputSpec(0).DType == DType.Float32)
        {
            Forward<float>(c);
        }
        else
        {
            Forward<double>(c);
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

    /// <summary>The forward pass in one element type.</summary>
    protected abstract void Forward<T>(ForwardContext c)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <summary>The backward pass in one element type.</summary>
    protected virtual void Backward<T>(BackwardContext c)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => base.Backward(c);
}
