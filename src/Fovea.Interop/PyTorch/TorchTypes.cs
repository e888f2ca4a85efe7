namespace Fovea.Io.PyTorch;

/// <summary>PyTorch's names for element types and storages.</summary>
internal static class TorchTypes
{
    /// <summary>The element type of a storage class, without the module.</summary>
    public static StoredType? OfStorage(string name) => name switch
    {
        "DoubleStorage" => StoredType.Float64,
        "FloatStorage" => StoredType.Float32,
        "HalfStorage" => StoredType.Float16,
        "BFloat16Storage" => StoredType.BFloat16,
        "LongStorage" => StoredType.Int64,
        "IntStorage" => StoredType.Int32,
        "ShortStorage" => StoredType.Int16,
        "CharStorage" => StoredType.Int8,
        "ByteStorage" or "UntypedStorage" => StoredType.UInt8,
        "BoolStorage" => StoredType.Bool,
        _ => null,
    };

    /// <summary>The element type of a constant such as <c>torch.float32</c>.</summary>
    public static StoredType? OfSymbol(string name) => name switch
    {
        "torch.float64" => StoredType.Float64,
        "torch.float32" => StoredType.Float32,
        "torch.float16" => StoredType.Float16,
        "torch.bfloat16" => StoredType.BFloat16,
        "torch.int64" => StoredType.Int64,
        "torch.int32" => StoredType.Int32,
        "torch.uint32" => StoredType.UInt32,
        "torch.int16" => StoredType.Int16,
        "torch.uint16" => StoredType.UInt16,
        "torch.int8" => StoredType.Int8,
        "torch.uint8" => StoredType.UInt8,
        "torch.bool" => StoredType.Bool,
        _ => null,
    };

    /// <summary>The storage class that a tensor is written as.</summary>
    public static string StorageOf(DType type) => type switch
    {
        DType.Float32 => "FloatStorage",
        DType.Float64 => "DoubleStorage",
        DType.Int64 => "LongStorage",
        DType.UInt8 => "ByteStorage",
        DType.Float16 => "HalfStorage",
        DType.BFloat16 => "BFloat16Storage",
        DType.Int8 => "CharStorage",
        _ => "BoolStorage",
    };
}
