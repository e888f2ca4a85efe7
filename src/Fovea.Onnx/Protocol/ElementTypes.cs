using Fovea.Io;
using static Fovea.Onnx.Protocol.TensorProto.Types;

namespace Fovea.Onnx.Protocol;

/// <summary>The element types of ONNX, as files hold them and as tensors do.</summary>
internal static class ElementTypes
{
    /// <summary>How a file stores elements of a type; null for types that are read in no other form than their own, or not at all.</summary>
    public static StoredType? Stored(int type) => (DataType)type switch
    {
        DataType.Float => StoredType.Float32,
        DataType.Double => StoredType.Float64,
        DataType.Float16 => StoredType.Float16,
        DataType.Bfloat16 => StoredType.BFloat16,
        DataType.Int64 => StoredType.Int64,
        DataType.Int32 => StoredType.Int32,
        DataType.Uint32 => StoredType.UInt32,
        DataType.Int16 => StoredType.Int16,
        DataType.Uint16 => StoredType.UInt16,
        DataType.Int8 => StoredType.Int8,
        DataType.Uint8 => StoredType.UInt8,
        DataType.Bool => StoredType.Bool,
        _ => null,
    };

    /// <summary>
    /// The element type that values of a type have in a running model: all floats are of one type, whole numbers other than bytes are Int64;
    /// null for types that do not run.
    /// </summary>
    /// <param name="type">The number of the type.</param>
    /// <param name="floats">What floats are.</param>
    public static DType? Running(int type, DType floats = DType.Float32) => (DataType)type switch
    {
        DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16 => floats,
        DataType.Uint8 => DType.UInt8,
        DataType.Bool => DType.Bool,
        DataType.Int64 or DataType.Int32 or DataType.Uint32 or DataType.Int16 or DataType.Uint16 or DataType.Int8 or DataType.Uint64 => DType.Int64,
        _ => null,
    };

    /// <summary>The least and the largest number of a type of whole numbers narrower than Int64; null for others.</summary>
    public static (long Low, long High)? Range(int type) => (DataType)type switch
    {
        DataType.Uint8 => (byte.MinValue, byte.MaxValue),
        DataType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        DataType.Uint16 => (ushort.MinValue, ushort.MaxValue),
        DataType.Int16 => (short.MinValue, short.MaxValue),
        DataType.Uint32 => (uint.MinValue, uint.MaxValue),
        DataType.Int32 => (int.MinValue, int.MaxValue),
        _ => null,
    };

    /// <summary>The name of a type in messages.</summary>
    public static string Name(int type) => Enum.IsDefined((DataType)type) ? ((DataType)type).ToString().ToLowerInvariant() : $"type {type}";
}
