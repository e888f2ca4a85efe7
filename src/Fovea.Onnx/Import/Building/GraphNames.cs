using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Import;

/// <summary>The names in a graph: what each stands for, and which nodes are needed.</summary>
internal sealed class GraphNames
{
    private readonly Dictionary<string, int> _makers = new(StringComparer.Ordinal);

    /// <exception cref="OnnxException">A name stands for two values, or for none where it is read.</exception>
    public GraphNames(GraphProto graph, IReadOnlyList<string>? outputs)
    {
        Graph = graph;
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (tensor.Name.Length == 0 || !Initializers.TryAdd(tensor.Name, tensor))
            {
                throw new OnnxException($"two initialisers have the name \"{tensor.Name}\", or one has none");
            }
        }

        // Up to IR version 3 initialisers stood among the inputs as well.
        Inputs = [.. graph.Input.Where(i => !Initializers.ContainsKey(i.Name))];
        HashSet<string> known = [.. Initializers.Keys];
        foreach (ValueInfoProto input in Inputs)
        {
            if (!known.Add(input.Name))
            {
                throw new OnnxException($"two inputs have the name \"{input.Name}\"");
            }
        }

        for (int i = 0; i < graph.Node.Count; i++)
        {
            foreach (string name in graph.Node[i].Output)
            {
                if (name.Length > 0 && (known.Contains(name) || !_makers.TryAdd(name, i)))
                {
                    throw new OnnxException($"the value \"{name}\" is made twice");
                }
            }
        }

        Outputs = outputs ?? [.. graph.Output.Select(o => o.Name)];
        if (Outputs.Count == 0)
        {
            throw new OnnxException("the graph has no output");
        }

        foreach (string output in Outputs)
        {
            if (!known.Contains(output) && !_makers.ContainsKey(output))
            {
                throw new OnnxException($"nothing in the graph makes the output \"{output}\"");
            }
        }

        Needed = Find(known);
    }

    public GraphProto Graph { get; }

    /// <summary>The inputs that are no initialisers.</summary>
    public ValueInfoProto[] Inputs { get; }

    /// <summary>Names of the outputs.</summary>
    public IReadOnlyList<string> Outputs { get; }

    public Dictionary<string, TensorProto> Initializers { get; } = new(StringComparer.Ordinal);

    /// <summary>The nodes that the outputs need, in the order of the file.</summary>
    public NodeProto[] Needed { get; }

    /// <summary>How many needed nodes and outputs read a value.</summary>
    public HashSet<string> Read { get; } = new(StringComparer.Ordinal);

    /// <summary>How a node is called: by its name, else by its first output.</summary>
    public static string NameOf(NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault(o => o.Length > 0) ?? node.OpType;

    /// <summary>What a node reads: its inputs, and what the graphs within it read of values outside of them.</summary>
    public static IEnumerable<string> ReadBy(NodeProto node) => node.Input.Where(i => i.Length > 0).Concat(CapturedBy(node));

    /// <summary>What the graphs within a node read of values outside of them, each once.</summary>
    public static IReadOnlyList<string> CapturedBy(NodeProto node) =>
        [.. node.Attribute.Where(a => a.G is not null).SelectMany(a => CapturedBy(a.G)).Distinct(StringComparer.Ordinal)];

    /// <summary>What a graph within a node reads of values outside of it.</summary>
    public static IEnumerable<string> CapturedBy(GraphProto graph)
    {
        HashSet<string> own = [.. graph.Initializer.Select(t => t.Name), .. graph.Input.Select(i => i.Name), .. graph.Node.SelectMany(n => n.Output)];
        return graph.Node.SelectMany(ReadBy).Concat(graph.Output.Select(o => o.Name)).Where(n => !own.Contains(n)).Distinct(StringComparer.Ordinal);
    }

    private NodeProto[] Find(HashSet<string> known)
    {
        var needed = new SortedSet<int>();
        var waiting = new Stack<string>(Outputs);
        while (waiting.TryPop(out string? name))
        {
            if (!Read.Add(name) || !_makers.TryGetValue(name, out int maker) || !needed.Add(maker))
            {
                continue;
            }

            foreach (string input in ReadBy(Graph.Node[maker]))
            {
                waiting.Push(input);
            }
        }

        foreach (int i in needed)
        {
            NodeProto node = Graph.Node[i];
            foreach (string input in ReadBy(node))
            {
                if (!known.Contains(input))
                {
                    throw new OnnxException($"{node.OpType} \"{NameOf(node)}\" reads \"{input}\", which nothing before it makes");
                }
            }

            known.UnionWith(node.Output);
        }

        return [.. needed.Select(i => Graph.Node[i])];
    }
}
