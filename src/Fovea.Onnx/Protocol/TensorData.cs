using Fovea.Io;
using static Fovea.Onnx.Protocol.TensorProto.Types;

namespace Fovea.Onnx.Protocol;

/// <summary>The numbers of a tensor in an ONNX file, in any of the places where they may lie.</summary>
internal static class TensorData
{
    /// <summary>Reads a tensor. The numbers of files are as they are: float16 and bfloat16 are widened, doubles stay doubles.</summary>
    /// <param name="proto">The message.</param>
    /// <param name="files">Where external data lie; null where there are none.</param>
    /// <exception cref="OnnxException">The type does not run here, or the data are not as many as the shape says.</exception>
    public static Tensor Read(TensorProto proto, ExternalFiles? files = null)
    {
        bool isLong = proto.DataType == (int)DataType.Uint64;
        StoredType type = isLong ? StoredType.Int64 : ElementTypes.Stored(proto.DataType)
            ?? throw Wrong(proto, $"has elements of {ElementTypes.Name(proto.DataType)}, which are not read here");
        if (!StoredShape.TryCreate([.. proto.Dims], type, out Shape shape, out string problem))
        {
            throw Wrong(proto, problem);
        }

        if (proto.Segment is not null)
        {
            throw Wrong(proto, "is stored in segments, which are not read here");
        }

        using var scope = TensorScope.Begin();
        Tensor tensor = proto.DataLocation == DataLocation.External ? External(proto, files, type, shape)
            : proto.RawData.Length > 0 || shape.Elements == 0 ? Raw(proto, type, shape)
            : Typed(proto, type, shape);
        if (isLong && tensor.AsSpan<long>().ContainsAnyInRange(long.MinValue, -1))
        {
            throw Wrong(proto, "has a number of uint64 past 2⁶³ − 1");
        }

        return scope.Keep(tensor);
    }

    /// <summary>A tensor of a message that says its shape alone: floats of undefined numbers.</summary>
    /// <exception cref="OnnxException">There is no such shape.</exception>
    public static Tensor Undefined(TensorProto proto) => StoredShape.TryCreate([.. proto.Dims], StoredType.Float32, out Shape shape, out string problem)
        ? Tensor.Empty(shape)
        : throw Wrong(proto, problem);

    /// <summary>Bytes that the numbers of a tensor take in a file.</summary>
    /// <exception cref="OnnxException">The type is not read here, or there is no such shape.</exception>
    public static long StoredBytes(TensorProto proto)
    {
        StoredType type = ElementTypes.Stored(proto.DataType) ?? throw Wrong(proto, $"has elements of {ElementTypes.Name(proto.DataType)}, which are not read here");
        return StoredShape.TryCreate([.. proto.Dims], type, out Shape shape, out string problem) ? (long)shape.Elements * type.Size() : throw Wrong(proto, problem);
    }

    private static Tensor External(TensorProto proto, ExternalFiles? files, StoredType type, Shape shape)
    {
        if (files is null)
        {
            throw Wrong(proto, "has its numbers in another file; load the model from its path");
        }

        using Stream stream = files.Open(proto, (long)shape.Elements * type.Size());
        var tensor = Tensor.Empty(shape, type.Target());
        StoredElements.Read(stream, type, bigEndian: false, tensor);
        return tensor;
    }

    private static Tensor Raw(TensorProto proto, StoredType type, Shape shape)
    {
        long bytes = (long)shape.Elements * type.Size();
        if (proto.RawData.Length != bytes)
        {
            throw Wrong(proto, $"of shape {shape} takes {bytes} bytes, got {proto.RawData.Length}");
        }

        var tensor = Tensor.Empty(shape, type.Target());
        StoredElements.Decode(proto.RawData.Span, type, tensor.AsBytes());
        return tensor;
    }

    /// <summary>Numbers in the list of their kind, before memory is taken for them.</summary>
    private static Tensor Typed(TensorProto proto, StoredType type, Shape shape)
    {
        switch ((DataType)proto.DataType)
        {
            case DataType.Float:
                return Fill(proto, shape, proto.FloatData, static v => v);
            case DataType.Double:
                return Fill(proto, shape, proto.DoubleData, static v => v);
            case DataType.Int64:
                return Fill(proto, shape, proto.Int64Data, static v => v);
            case DataType.Uint32:
                return Fill(proto, shape, proto.Uint64Data, static v => (long)(uint)v);
            case DataType.Uint64:
                return Fill(proto, shape, proto.Uint64Data, static v => (long)v);
            case DataType.Float16:
                return Fill(proto, shape, proto.Int32Data, static v => (float)BitConverter.UInt16BitsToHalf((ushort)v));
            case DataType.Bfloat16:
                return Fill(proto, shape, proto.Int32Data, static v => BitConverter.UInt32BitsToSingle((uint)v << 16));
            case DataType.Bool:
                return Fill(proto, shape, proto.Int32Data, static v => v != 0);
            case DataType.Uint8:
                return Fill(proto, shape, proto.Int32Data, static v => (byte)v);
            default:
                return Fill(proto, shape, proto.Int32Data, Narrow(type));
        }
    }

    // A number past its type is cut to it, as whoever reads the bits would.
    private static Func<int, long> Narrow(StoredType type) => type switch
    {
        StoredType.Int8 => static v => (sbyte)v,
        StoredType.Int16 => static v => (short)v,
        StoredType.UInt16 => static v => (ushort)v,
        _ => static v => v,
    };

    private static Tensor Fill<TFrom, TTo>(TensorProto proto, Shape shape, IList<TFrom> from, Func<TFrom, TTo> convert)
        where TTo : unmanaged
    {
        if (from.Count != shape.Elements)
        {
            throw Wrong(proto, $"of shape {shape} takes {shape.Elements} numbers, got {from.Count}");
        }

        var tensor = Tensor.Empty(shape, DTypes.Of<TTo>());
        Span<TTo> to = tensor.AsSpan<TTo>();
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = convert(from[i]);
        }

        return tensor;
    }

    private static OnnxException Wrong(TensorProto proto, string problem) => new($"tensor \"{proto.Name}\" {problem}");
}
