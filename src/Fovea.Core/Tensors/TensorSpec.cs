namespace Fovea;

/// <summary>What a tensor is without its values: shape and element type.</summary>
/// <param name="Shape">The lengths of the axes.</param>
/// <param name="DType">The element type.</param>
public readonly record struct TensorSpec(Shape Shape, DType DType)
{
    /// <summary>Bytes that the values take.</summary>
    public long Bytes => (long)Shape.Elements * DType.Size();

    /// <inheritdoc/>
    public override string ToString() => $"{DType}{Shape}";
}
