using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Import;

/// <summary>What a pattern sees of a graph: who makes a value, who reads it, and which values are single numbers.</summary>
internal sealed class PatternGraph
{
    private readonly Dictionary<string, NodeProto> _makers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _readers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _tensors;

    /// <param name="names">Of the graph. What it gives has a reader more than its nodes.</param>
    public PatternGraph(GraphNames names)
    {
        _tensors = names.Initializers;
        foreach (NodeProto node in names.Needed)
        {
            foreach (string output in node.Output)
            {
                _makers[output] = node;
            }

            foreach (string input in GraphNames.ReadBy(node))
            {
                _readers[input] = _readers.GetValueOrDefault(input) + 1;
            }
        }

        foreach (string output in names.Outputs)
        {
            _readers[output] = _readers.GetValueOrDefault(output) + 1;
        }
    }

    /// <summary>The node that makes a value, where it is of an operator and has one output; null for others.</summary>
    public NodeProto? Maker(string name, string op) =>
        _makers.GetValueOrDefault(name) is { Domain: "" or "ai.onnx", Output.Count: 1 } node && node.OpType == op ? node : null;

    /// <summary>Whether what nodes give, but for the last of them, is read by these nodes alone.</summary>
    public bool IsClosed(IReadOnlyList<NodeProto> nodes, NodeProto last) => nodes.Where(n => n != last)
        .All(n => nodes.Sum(r => r.Input.Count(i => i == n.Output[0])) == _readers.GetValueOrDefault(n.Output[0]));

    /// <summary>The value of a single number that never changes; null for others.</summary>
    public float? Number(string name)
    {
        TensorProto? tensor = _tensors.GetValueOrDefault(name) ?? Maker(name, "Constant")?.Attribute.FirstOrDefault(a => a.Name == "value")?.T;
        return tensor is { DataType: (int)TensorProto.Types.DataType.Float, DataLocation: TensorProto.Types.DataLocation.Default } && tensor.Dims.All(d => d == 1)
            ? tensor.RawData.Length == sizeof(float) ? BitConverter.ToSingle(tensor.RawData.Span) : tensor.FloatData is [var number] ? number : null
            : null;
    }

    /// <summary>Whether a value is a list of floats of the file, as it is or passed on.</summary>
    public bool IsList(string name)
    {
        for (int step = 0; step < _makers.Count && Maker(name, "Identity") is { } same; step++)
        {
            name = same.Input[0];
        }

        return _tensors.GetValueOrDefault(name) is { DataType: (int)TensorProto.Types.DataType.Float, Dims.Count: 1 };
    }

    /// <summary>The operands of a node of two, in both orders.</summary>
    public static IEnumerable<(string A, string B)> Pairs(NodeProto node) =>
        node.Input.Count == 2 ? [(node.Input[0], node.Input[1]), (node.Input[1], node.Input[0])] : [];
}
