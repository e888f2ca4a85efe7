namespace Fovea;

// Ways to make a tensor.
public sealed partial class Tensor
{
    /// <summary>A tensor of undefined content, to be filled through <see cref="AsSpan{T}"/>.</summary>
    public static Tensor Empty(Shape shape, DType dtype = DType.Float32) => new(shape, dtype);

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32)
    {
        var tensor = new Tensor(shape, dtype);
        return tensor.Fill(0);
    }

    /// <summary>A tensor of ones.</summary>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32) => Full(shape, 1, dtype);

    /// <summary>A tensor that holds one value everywhere.</summary>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32)
    {
        var tensor = new Tensor(shape, dtype);
        tensor.Fill(value);
        return tensor;
    }

    /// <summary>A tensor of given values, copied.</summary>
    /// <exception cref="ShapeException">The number of values is not the number of elements.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged
    {
        if (values.Length != shape.Elements)
        {
            throw new ShapeException("Tensor.From", $"{shape.Elements} values for the shape {shape}", $"{values.Length}");
        }

        var tensor = new Tensor(shape, DTypes.Of<T>());
        values.CopyTo(tensor.AsSpan<T>());
        return tensor;
    }

    /// <summary>A tensor of given values, copied.</summary>
    public static Tensor From<T>(T[] values, Shape shape)
        where T : unmanaged => From((ReadOnlySpan<T>)values, shape);

    /// <summary>A vector of given values, copied.</summary>
    public static Tensor From<T>(T[] values)
        where T : unmanaged => From((ReadOnlySpan<T>)values, [values.Length]);

    /// <summary>A scalar.</summary>
    public static Tensor Scalar(double value, DType dtype = DType.Float32) => Full(Shape.Scalar, value, dtype);

    /// <summary>Writes one value everywhere, in place.</summary>
    public Tensor Fill(double value)
    {
        switch (DType)
        {
            case DType.Float32:
                AsSpan<float>().Fill((float)value);
                break;
            case DType.Float64:
                AsSpan<double>().Fill(value);
                break;
            case DType.Int64:
                AsSpan<long>().Fill((long)value);
                break;
            case DType.UInt8:
                AsSpan<byte>().Fill((byte)value);
                break;
            case DType.Float16:
                AsSpan<Half>().Fill((Half)value);
                break;
            case DType.BFloat16:
                Storage.AsSpan<ushort>(Elements).Fill(DTypeConversion.Narrow((float)value));
                break;
            case DType.Int8:
                AsSpan<sbyte>().Fill((sbyte)value);
                break;
            default:
                AsSpan<bool>().Fill(value != 0);
                break;
        }

        return this;
    }

    /// <summary>A copy with its own memory, outside the tape.</summary>
    public Tensor Clone()
    {
        var copy = new Tensor(Shape, DType);
        DTypeConversion.Copy(this, copy);
        return copy;
    }

    /// <summary>Overwrites the values with those of a tensor of the same shape, converting the element type, in place and outside the tape.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public void CopyFrom(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Shape != Shape)
        {
            throw new ShapeException("CopyFrom", Shape.ToString(), source.Shape.ToString());
        }

        DTypeConversion.Copy(source, this);
    }

    /// <summary>A copy in another element type, outside the tape; the same tensor when the type is already right.</summary>
    public Tensor To(DType dtype)
    {
        if (dtype == DType)
        {
            return this;
        }

        var copy = new Tensor(Shape, dtype);
        DTypeConversion.Copy(this, copy);
        return copy;
    }

    /// <summary>
    /// Takes the values of another tensor of the same shape. When nobody else shares the other's memory and the types agree, the two change
    /// places instead of being copied; the other's values are undefined afterwards.
    /// </summary>
    internal void TakeFrom(Tensor source)
    {
        if (ReferenceEquals(source, this))
        {
            return;
        }

        if (source.Shape != Shape || source.DType != DType || !source.Storage.IsMovable || !Storage.IsMovable)
        {
            CopyFrom(source);
            return;
        }

        Storage own = Storage;
        _storage = source.Storage;
        source._storage = own;
    }

    /// <summary>Changes the element type of this very tensor, for parameters and buffers that modules hold. Its gradient is dropped.</summary>
    internal void ConvertInPlace(DType dtype)
    {
        if (dtype == DType)
        {
            return;
        }

        ClearGrad();
        Tensor converted = new(Shape, dtype, new Storage((long)Shape.Elements * dtype.Size()), owned: false);
        DTypeConversion.Copy(this, converted);
        Interlocked.Exchange(ref _storage, converted._storage)?.Release();
        DType = dtype;
    }
}
