namespace Fovea.Contract.Tests.Graphs;

/// <summary>Runs a graph node by node, knowing nothing but the graph.</summary>
internal static class Interpreter
{
    public static Tensor[] Run(Graph graph, params Tensor[] inputs)
    {
        var values = new Dictionary<int, Tensor>(graph.Constants);
        for (int i = 0; i < inputs.Length; i++)
        {
            values[graph.Inputs[i]] = inputs[i];
        }

        foreach (GraphNode node in graph.Nodes)
        {
            Tensor[] made = Op.RunAll(node.Op, [.. node.Inputs.Select(n => values[n])]);
            for (int i = 0; i < node.Outputs.Count; i++)
            {
                values[node.Outputs[i]] = made[i];
            }
        }

        return [.. graph.Outputs.Select(n => values[n])];
    }
}
