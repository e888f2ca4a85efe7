namespace Fovea;

/// <summary>
/// An op that moves values without computing with them, so that it takes every element type but those for storing alone (a view takes these
/// as well): one generic body forward; backward only where the type is floating-point.
/// </summary>
public abstract class AnyTypeOp : OneTypeOp
{
    private protected sealed override string TakenTypes => "Float32, Float64, Int64, UInt8 or Bool";

    /// <inheritdoc/>
    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.None;

    private protected sealed override bool Takes(DType type) => IsView || !type.IsStoredOnly();

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

    /// <summary>The forward pass in one element type.</summary>
    protected abstract void Move<T>(ForwardContext c)
        where T : unmanaged;
}
