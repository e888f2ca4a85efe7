namespace Fovea;

/// <summary>Makes a graph of another one, node by node, with others in the place of some nodes.</summary>
/// <param name="from">What is copied.</param>
/// <param name="to">An empty graph.</param>
internal sealed class GraphCopy(Graph from, Graph to)
{
    private readonly Dictionary<int, int> _numbers = [];

    /// <summary>Copies a node.</summary>
    public void Add(GraphNode node) => to.Add(Renumbered(node, node.Path, Number, n => Make(n, from.Values[n])));

    /// <summary>Puts a graph in the place of a node: its inputs are the node's, its outputs the node's first ones.</summary>
    /// <param name="node">The node.</param>
    /// <param name="parts">Its ops; their constants are shared.</param>
    public void Splice(GraphNode node, Graph parts)
    {
        var inner = new Dictionary<int, int>();
        for (int i = 0; i < parts.Inputs.Count; i++)
        {
            inner.TryAdd(parts.Inputs[i], Number(node.Inputs[i]));
        }

        foreach (GraphNode part in parts.Nodes)
        {
            to.Add(Renumbered(part, node.Path, Inner, n => inner[n] = to.AddValue(parts.Values[n])));
        }

        for (int i = 0; i < parts.Outputs.Count; i++)
        {
            _numbers[node.Outputs[i]] = Inner(parts.Outputs[i]);
        }

        int Inner(int number)
        {
            if (!inner.TryGetValue(number, out int known))
            {
                inner[number] = known = to.AddConstant(parts.Constants[number], parts.Names.GetValueOrDefault(number));
            }

            return known;
        }
    }

    /// <summary>The copy, with the inputs, outputs and effects of the first graph.</summary>
    public Graph Complete()
    {
        to.Inputs = [.. from.Inputs.Select(Number)];
        to.Outputs = [.. from.Outputs.Select(Number)];
        to.Effects.AddRange(from.Effects.Select(e => (Number(e.Value), e.Apply)));
        return to;
    }

    private static GraphNode Renumbered(GraphNode node, string path, Func<int, int> read, Func<int, int> make) => new(
        node.Op, path, [.. node.Inputs.Select(read)], [.. node.Outputs.Select(make)]);

    private int Make(int number, TensorSpec spec) => _numbers[number] = to.AddValue(spec);

    private int Number(int number)
    {
        if (!_numbers.TryGetValue(number, out int known))
        {
            known = from.Constants.TryGetValue(number, out Tensor? constant)
                ? to.AddConstant(constant, from.Names.GetValueOrDefault(number))
                : from.Inputs.Contains(number)
                    ? to.AddValue(from.Values[number])
                    : throw new CompileException($"Graph.Decompose: a value {from.Values[number]} is read that no decomposition makes.");
            _numbers[number] = known;
        }

        return known;
    }
}
