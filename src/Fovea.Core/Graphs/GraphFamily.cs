namespace Fovea;

/// <summary>
/// Graphs of one function for inputs of several sizes, the same node for node: what differs between them (sizes in shapes and in
/// attributes) is what follows from the inputs' sizes.
/// </summary>
public sealed class GraphFamily : IDisposable
{
    private GraphFamily(IReadOnlyList<Graph> graphs) => Graphs = graphs;

    /// <summary>The graphs, in the order of the sizes.</summary>
    public IReadOnlyList<Graph> Graphs { get; }

    /// <summary>The graph for the first sizes.</summary>
    public Graph First => Graphs[0];

    /// <summary>Traces a function, as it is written, for each of some sizes.</summary>
    /// <param name="trace">The graph for inputs of given shapes; called once for each.</param>
    /// <param name="sizes">The inputs' shapes; the first are those that matter most.</param>
    /// <param name="difference">Why there is no family; empty when there is.</param>
    /// <returns>Null when other ops run with another size.</returns>
    /// <exception cref="ShapeException">The function does not take inputs of the first sizes.</exception>
    public static GraphFamily? Of(Func<TensorSpec[], Graph> trace, IReadOnlyList<TensorSpec[]> sizes, out string difference)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(sizes);
        var graphs = new List<Graph>();
        try
        {
            foreach (TensorSpec[] size in sizes)
            {
                graphs.Add(trace(size));
            }
        }
        catch (FoveaException e) when (graphs.Count > 0)
        {
            graphs.ForEach(g => g.Dispose());
            difference = $"with inputs {string.Join(", ", sizes[graphs.Count])} it fails: {e.Message}";
            return null;
        }
        catch
        {
            graphs.ForEach(g => g.Dispose());
            throw;
        }

        difference = Difference(graphs);
        if (difference.Length == 0)
        {
            return new GraphFamily(graphs);
        }

        graphs.ForEach(g => g.Dispose());
        return null;
    }

    /// <summary>Gives back the graphs' shares in constants.</summary>
    public void Dispose()
    {
        foreach (Graph graph in Graphs)
        {
            graph.Dispose();
        }
    }

    /// <summary>Where graphs are not the same node for node; empty where they are.</summary>
    internal static string Difference(IReadOnlyList<Graph> graphs)
    {
        Graph first = graphs[0];
        for (int i = 0; i < first.Nodes.Count; i++)
        {
            GraphNode node = first.Nodes[i];
            if (graphs.Any(g => i >= g.Nodes.Count || !IsSame(g.Nodes[i], node)))
            {
                return $"from {node.Op.Name}{CompileException.At(node.Path)} on, other ops run";
            }
        }

        return graphs.All(g => g.Nodes.Count == first.Nodes.Count && g.Outputs.SequenceEqual(first.Outputs) && g.Constants.Count == first.Constants.Count)
            ? string.Empty
            : "other ops run at the end";
    }

    private static bool IsSame(GraphNode a, GraphNode b) =>
        a.Op.GetType() == b.Op.GetType() && a.Path == b.Path && a.Inputs.SequenceEqual(b.Inputs) && a.Outputs.SequenceEqual(b.Outputs);
}
