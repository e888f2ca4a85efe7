namespace Fovea;

/// <summary>The element type of a <see cref="Tensor"/>.</summary>
public enum DType
{
    /// <summary>32-bit IEEE floating point: the type that models compute in.</summary>
    Float32,

    /// <summary>64-bit IEEE floating point: for gradient checks and references.</summary>
    Float64,

    /// <summary>64-bit signed integer: labels and indices.</summary>
    Int64,

    /// <summary>8-bit unsigned integer: pixels.</summary>
    UInt8,

    /// <summary>One byte, 0 or 1: masks.</summary>
    Bool,

    /// <summary>16-bit IEEE floating point, of 11 significant bits: for storing. Ops do not compute in it.</summary>
    Float16,

    /// <summary>The upper half of a Float32, of 8 significant bits: for storing. Ops do not compute in it.</summary>
    BFloat16,

    /// <summary>8-bit signed integer, for storing quantised weights. Ops do not compute in it.</summary>
    Int8,
}

/// <summary>Facts about element types.</summary>
public static class DTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.Float32 => 4,
        DType.Float64 or DType.Int64 => 8,
        DType.Float16 or DType.BFloat16 => 2,
        _ => 1,
    };

    /// <summary>Whether the type is for storing alone: tensors of it are converted, read and written, and ops refuse them.</summary>
    public static bool IsStoredOnly(this DType type) => type is DType.Float16 or DType.BFloat16 or DType.Int8;

    /// <summary>Whether gradients can flow through tensors of this type.</summary>
    public static bool IsFloating(this DType type) => type is DType.Float32 or DType.Float64;

    /// <summary>The element type that stores <typeparamref name="T"/>.</summary>
    /// <exception cref="ArgumentException">No element type stores it.</exception>
    public static DType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            return DType.Float32;
        }

        if (typeof(T) == typeof(double))
        {
            return DType.Float64;
        }

        if (typeof(T) == typeof(long))
        {
            return DType.Int64;
        }

        if (typeof(T) == typeof(byte))
        {
            return DType.UInt8;
        }

        if (typeof(T) == typeof(bool))
        {
            return DType.Bool;
        }

        if (typeof(T) == typeof(Half))
        {
            return DType.Float16;
        }

        return typeof(T) == typeof(sbyte)
            ? DType.Int8
            : throw new ArgumentException($"tensor: expected float, double, long, byte, bool, Half or sbyte elements, got {typeof(T).Name}.");
    }
}
