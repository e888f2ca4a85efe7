namespace Fovea.Io;

/// <summary>The element types that files hold. Those that tensors lack are widened to one that holds every value exactly.</summary>
internal enum StoredType
{
    Float64,
    Float32,
    Float16,
    BFloat16,
    Int64,
    Int32,
    UInt32,
    Int16,
    UInt16,
    Int8,
    UInt8,
    Bool,
}

/// <summary>Facts about <see cref="StoredType"/>.</summary>
internal static class StoredTypes
{
    public static int Size(this StoredType type) => type switch
    {
        StoredType.Float64 or StoredType.Int64 => 8,
        StoredType.Float32 or StoredType.Int32 or StoredType.UInt32 => 4,
        StoredType.Float16 or StoredType.BFloat16 or StoredType.Int16 or StoredType.UInt16 => 2,
        _ => 1,
    };

    /// <summary>The element type of the tensor that the values are read into.</summary>
    public static DType Target(this StoredType type) => type switch
    {
        StoredType.Float64 => DType.Float64,
        StoredType.Float32 or StoredType.Float16 or StoredType.BFloat16 => DType.Float32,
        StoredType.UInt8 => DType.UInt8,
        StoredType.Bool => DType.Bool,
        _ => DType.Int64,
    };
}
