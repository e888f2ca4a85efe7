using Fovea.Onnx.Protocol;
using static Fovea.Onnx.Protocol.TensorProto.Types;

namespace Fovea.Onnx.Export;

/// <summary>
/// Weights and arithmetic of half precision; what comes in and goes out stays Float32 and is cast at the edges. Numbers past the largest half
/// (65,504) become it.
/// </summary>
internal static class HalfPrecision
{
    public static void Run(ExportGraph graph)
    {
        if (!graph.Options.Half)
        {
            return;
        }

        // The scales of a resize are of single precision in every version.
        HashSet<string> kept = [.. graph.Nodes.Where(n => n.OpType == "Resize").SelectMany(n => n.Input.Skip(1))];
        foreach ((string name, Tensor tensor) in graph.Initializers.Where(t => t.Value.DType == DType.Float32 && !kept.Contains(t.Key)).ToArray())
        {
            graph.Replace(name, Narrow(tensor));
        }

        foreach (ValueInfoProto input in graph.Inputs.Where(IsFloat))
        {
            string inside = graph.Take($"{input.Name}_half");
            graph.Rename(input.Name, inside);
            graph.Nodes.Insert(0, Cast(graph, input.Name, inside, DataType.Float16));
        }

        // A cast to single precision inside, such as that of pixels, is one to half precision here.
        foreach (AttributeProto to in graph.Nodes.Skip(graph.Inputs.Count(IsFloat)).Where(n => n.OpType == "Cast").SelectMany(n => n.Attribute))
        {
            to.I = to.I == (int)DataType.Float ? (int)DataType.Float16 : to.I;
        }

        foreach (ValueInfoProto output in graph.Outputs.Where(IsFloat))
        {
            string inside = graph.Take($"{output.Name}_half");
            graph.Rename(output.Name, inside);
            graph.Nodes.Add(Cast(graph, inside, output.Name, DataType.Float));
        }
    }

    private static bool IsFloat(ValueInfoProto value) => value.Type.TensorType.ElemType == (int)DataType.Float;

    private static Tensor Narrow(Tensor tensor)
    {
        Tensor half = Tensor.Empty(tensor.Shape, DType.Float16);
        ReadOnlySpan<float> from = tensor.AsSpan<float>();
        Span<Half> to = half.AsSpan<Half>();
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = float.IsFinite(from[i]) ? (Half)Math.Clamp(from[i], (float)Half.MinValue, (float)Half.MaxValue) : (Half)from[i];
        }

        return half;
    }

    private static NodeProto Cast(ExportGraph graph, string from, string to, DataType type) => new()
    {
        Name = graph.Take("Cast"),
        OpType = "Cast",
        Input = { from },
        Output = { to },
        Attribute = { NodeAttribute.Of("to", (int)type) },
    };
}
