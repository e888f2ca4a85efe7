namespace Fovea.Io;

/// <summary>The layers of a traced network that have weights, each by what it is and how many such layers lie before it.</summary>
/// <remarks>
/// The kind of op, its strides, the shapes of its weights, the kind of the layer before it and the longest way from the input, counted in layers with
/// weights, are the same however a writer names and orders the nodes; of a residual network they tell every layer from every other. How a convolution
/// is padded is left out: some writers do it in an op of its own.
/// </remarks>
internal sealed class GraphLayers
{
    private static readonly string[] s_counted = ["stride", "dilation", "groups"];

    private GraphLayers(IReadOnlyList<Layer> all, int depth) => (All, Depth) = (all, depth);

    /// <summary>The layers in the order in which they ran.</summary>
    public IReadOnlyList<Layer> All { get; }

    /// <summary>How many layers the longest way through the network has.</summary>
    public int Depth { get; }

    /// <summary>Reads the layers of a trace whose constants have the names of a state dict (<see cref="Graph.Names"/>).</summary>
    public static GraphLayers Of(Graph graph)
    {
        var layers = new List<Layer>();
        int[] depths = new int[graph.Values.Count];
        string[] behind = new string[graph.Values.Count];
        foreach (GraphNode node in graph.Nodes)
        {
            int depth = node.Inputs.Max(i => (int?)depths[i]) ?? 0;
            string before = node.Inputs is [var first, ..] ? behind[first] : string.Empty;
            int[] weights = [.. node.Inputs.Where(graph.Names.ContainsKey)];
            if (weights.Length > 0)
            {
                depth++;
                string shapes = string.Join(' ', weights.Select(w => graph.Values[w].Shape));
                string steps = string.Join(' ', (node.Op.Attributes ?? OpAttributes.None).Where(a => s_counted.Contains(a.Name)));
                string kind = $"{node.Op.Name} {shapes} {steps}";
                layers.Add(new Layer($"{kind} behind {before}", depth, [.. weights.Select(w => graph.Names[w])]));
                before = kind;
            }

            foreach (int output in node.Outputs)
            {
                (depths[output], behind[output]) = (depth, before);
            }
        }

        return new GraphLayers(layers, layers.Count == 0 ? 0 : layers.Max(l => l.Depth));
    }

    /// <summary>
    /// The names of the other network's weights for those of this one, when each of its layers has exactly one here that is like it; null when one
    /// has none or several. Its last layer may be without, a classifier for other classes; and this network may go on behind what the other has.
    /// </summary>
    public IReadOnlyDictionary<string, string>? NamesIn(GraphLayers other)
    {
        ILookup<(string, int), Layer> here = All.ToLookup(l => (l.Kind, l.Depth));
        var matched = new Dictionary<Layer, Layer>(ReferenceEqualityComparer.Instance);
        foreach (IGrouping<(string, int Depth), Layer> alike in other.All.GroupBy(l => (l.Kind, l.Depth)))
        {
            Layer[] candidates = [.. here[alike.Key]];
            if (candidates.Length == 0 && alike.Key.Depth == other.Depth)
            {
                continue;
            }

            if (candidates is not [var layer] || alike.ToArray() is not [var like])
            {
                return null;
            }

            matched.Add(layer, like);
        }

        int reached = matched.Keys.Select(l => l.Depth).DefaultIfEmpty(int.MaxValue).Max();
        return All.Any(l => l.Depth <= reached && !matched.ContainsKey(l))
            ? null
            : matched.SelectMany(m => m.Key.Weights.Zip(m.Value.Weights)).ToDictionary(n => n.First, n => n.Second);
    }

    /// <summary>One layer.</summary>
    /// <param name="Kind">The op, the shapes of its weights and its strides, and the same of the layer before it.</param>
    /// <param name="Depth">How many layers the longest way from the input to it has, it included.</param>
    /// <param name="Weights">The names of its weights, in the order in which the op takes them.</param>
    public sealed record Layer(string Kind, int Depth, IReadOnlyList<string> Weights);
}
