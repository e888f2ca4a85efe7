using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Import;

/// <summary>What a graph declares of its inputs and outputs.</summary>
internal static class DeclaredValues
{
    /// <summary>Reads the declaration of an input.</summary>
    /// <exception cref="OnnxException">It is no tensor, or of a type that does not run here.</exception>
    public static OnnxValue Read(ValueInfoProto info)
    {
        if (info.Type?.TensorType is not { } tensor)
        {
            throw new OnnxException($"\"{info.Name}\" is no tensor; sequences, maps and optional values are not known");
        }

        DType type = ElementTypes.Running(tensor.ElemType)
            ?? throw new OnnxException($"\"{info.Name}\" has elements of {ElementTypes.Name(tensor.ElemType)}, which do not run here");
        return new OnnxValue(info.Name, type, tensor.Shape?.Dim.Select(Dimension).ToArray());
    }

    /// <summary>The declarations of outputs; a value that the file says nothing about may be anything.</summary>
    public static OnnxValue[] Find(GraphProto graph, IReadOnlyList<string> names)
    {
        var declared = new Dictionary<string, ValueInfoProto>(StringComparer.Ordinal);
        foreach (ValueInfoProto info in graph.Output.Concat(graph.ValueInfo).Where(v => v.Type?.TensorType is not null))
        {
            declared.TryAdd(info.Name, info);
        }

        return [.. names.Select(n => declared.TryGetValue(n, out ValueInfoProto? info) ? Read(info) : new OnnxValue(n, DType.Float32, null))];
    }

    private static OnnxDimension Dimension(TensorShapeProto.Types.Dimension dimension) => dimension.ValueCase switch
    {
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue when dimension.DimValue is > 0 and <= int.MaxValue => new((int)dimension.DimValue, null),
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam when dimension.DimParam.Length > 0 => new(null, dimension.DimParam),
        _ => default,
    };
}
