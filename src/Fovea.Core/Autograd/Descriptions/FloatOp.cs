using System.Numerics;

namespace Fovea;

/// <summary>
/// An op whose inputs and outputs are all of one floating-point type: it writes one generic body, and this class picks the type.
/// Inputs that are not numbers to differentiate (labels, masks) come after the first <see cref="OneTypeOp.AlikeInputs"/>.
/// </summary>
public abstract class FloatOp : OneTypeOp
{
    private protected sealed override string TakenTypes => "Float32 or Float64";

    private protected sealed override bool Takes(DType type) => type.IsFloating();

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

    /// <summary>The forward pass in one element type.</summary>
    protected abstract void Forward<T>(ForwardContext c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
