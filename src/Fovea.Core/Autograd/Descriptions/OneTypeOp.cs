using System.Numerics;

namespace Fovea;

/// <summary>
/// An op whose outputs have the element type of its leading inputs: that type is checked once here, shapes are inferred without it, and the backward pass is one generic
/// body of the floating-point types. Derive from <see cref="FloatOp"/> to compute, from <see cref="AnyTypeOp"/> to move.
/// </summary>
public abstract class OneTypeOp : Op
{
    /// <summary>How many leading inputs share the element type; the default is all of them. Labels, masks and indices come after those.</summary>
    protected virtual int AlikeInputs => int.MaxValue;

    /// <summary>The types that are taken, for the error.</summary>
    private protected abstract string TakenTypes { get; }

    /// <inheritdoc/>
    public sealed override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        DType type = inputs[0].DType;
        if (!Takes(type))
        {
            throw new DTypeException(Name, TakenTypes, type.ToString());
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

    /// <summary>Whether inputs of a type are taken.</summary>
    private protected abstract bool Takes(DType type);

    /// <summary>The shape of the single output.</summary>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    protected virtual Shape InferShape(ReadOnlySpan<TensorSpec> inputs) =>
        throw new InvalidOperationException($"{Name}: overrides neither InferShape nor InferShapes.");

    /// <summary>The shapes of the outputs; override it for an op of several.</summary>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    protected virtual Shape[] InferShapes(ReadOnlySpan<TensorSpec> inputs) => [InferShape(inputs)];

    /// <summary>The backward pass in one element type.</summary>
    protected virtual void Backward<T>(BackwardContext c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => base.Backward(c);
}
