using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Import;

/// <summary>The last product of a graph with weights, which has a row for each class: Gemm, MatMul, or Conv of 1×1.</summary>
/// <param name="Node">The node.</param>
/// <param name="Weight">Name of its weight.</param>
/// <param name="Axis">The axis of the weight that has the classes.</param>
/// <param name="Bias">Name of what is added for each class; null for nothing.</param>
internal sealed record GraphHead(NodeProto Node, string Weight, int Axis, string? Bias)
{
    /// <summary>Names of what the head learns.</summary>
    public IReadOnlyList<string> Names => Bias is null ? [Weight] : [Weight, Bias];

    /// <summary>
    /// Walks back from an output over nodes that leave each class in its place. Null where something else comes first, so that the output is
    /// features, and where the weight is read by another node too.
    /// </summary>
    public static GraphHead? Find(GraphProto graph, string output)
    {
        var places = new GraphPlaces(graph);
        string name = output;
        string? bias = null;
        bool isPooled = false;
        for (int step = 0; step <= graph.Node.Count && places.Makers.TryGetValue(name, out NodeProto? node); step++)
        {
            switch (node.OpType)
            {
                case "Identity" or "Flatten" or "Squeeze" or "Unsqueeze" or "Reshape" or "Transpose" or "Dropout" or "Cast":
                case "Softmax" or "LogSoftmax" or "Sigmoid":
                    name = node.Input[0];
                    break;
                case "GlobalAveragePool" or "AveragePool" or "ReduceMean" or "Resize" or "Upsample":
                    (isPooled, name) = (true, node.Input[0]);
                    break;
                case "Add" when bias is null && node.Input.Count == 2 && node.Input.FirstOrDefault(places.IsWeight) is { } added:
                    bias = added;
                    name = node.Input[0] == added ? node.Input[1] : node.Input[0];
                    break;
                case "Gemm" when !isPooled && node.Input.Count >= 2:
                    return Of(places, node, node.Input[1], Int(node, "transB") == 0 ? 1 : 0, 2, bias ?? node.Input.ElementAtOrDefault(2));
                case "MatMul" when !isPooled && node.Input.Count == 2:
                    return places.Makers.TryGetValue(node.Input[1], out NodeProto? turned) && turned.OpType == "Transpose"
                        ? Of(places, node, turned.Input[0], 0, 2, bias)
                        : Of(places, node, node.Input[1], 1, 2, bias);
                case "Conv" when node.Input.Count >= 2 && Int(node, "group") <= 1:
                    return Of(places, node, node.Input[1], 0, 4, bias ?? node.Input.ElementAtOrDefault(2));
                default:
                    return null;
            }
        }

        return null;
    }

    private static GraphHead? Of(GraphPlaces places, NodeProto node, string weight, int axis, int rank, string? bias)
    {
        bias = bias is { Length: > 0 } ? bias : null;
        bool fits = places.IsWeight(weight) && places.Initializers[weight].Dims is var dims && dims.Count == rank && dims.Skip(2).All(d => d == 1)
            && (bias is null || (places.IsWeight(bias) && places.Initializers[bias].Dims.Any(d => d == dims[axis])));
        return fits ? new GraphHead(node, weight, axis, bias) : null;
    }

    private static long Int(NodeProto node, string name) => node.Attribute.FirstOrDefault(a => a.Name == name)?.I ?? 0;

    /// <summary>Who makes a value, and which initialisers one node alone reads.</summary>
    private sealed class GraphPlaces
    {
        private readonly Dictionary<string, int> _readers = new(StringComparer.Ordinal);

        public GraphPlaces(GraphProto graph)
        {
            foreach (TensorProto tensor in graph.Initializer)
            {
                Initializers[tensor.Name] = tensor;
            }

            foreach (NodeProto node in graph.Node)
            {
                foreach (string output in node.Output)
                {
                    Makers[output] = node;
                }

                foreach (string input in GraphNames.ReadBy(node))
                {
                    _readers[input] = _readers.GetValueOrDefault(input) + 1;
                }
            }
        }

        public Dictionary<string, NodeProto> Makers { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, TensorProto> Initializers { get; } = new(StringComparer.Ordinal);

        public bool IsWeight(string name) => Initializers.ContainsKey(name) && _readers.GetValueOrDefault(name) == 1;
    }
}
