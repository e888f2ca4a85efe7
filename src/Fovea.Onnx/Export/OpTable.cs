using Fovea.Onnx.Export.Ops;

namespace Fovea.Onnx.Export;

/// <summary>Which op becomes which nodes: one table, by the ops' names. An op that is not in it must say what it is made of.</summary>
internal static class OpTable
{
    private static readonly Dictionary<string, Action<Translation>> s_ops = new[]
    {
        Elementwise.All, Activations.All, Products.All, Convolutions.All, Normalizations.All, Pools.All, Reductions.All, Shaping.All, Resampling.All,
    }.SelectMany(family => family).ToDictionary(o => o.Op, o => o.Translate);

    /// <summary>The ops that have a form in ONNX.</summary>
    public static IReadOnlyCollection<string> Names => s_ops.Keys;

    /// <summary>Whether an op has a form in ONNX.</summary>
    public static bool Knows(string op) => s_ops.ContainsKey(op);

    /// <summary>Translates a module's graph, op by op.</summary>
    /// <exception cref="OnnxException">Some ops have no form; all of them are named.</exception>
    /// <exception cref="FollowsSizeException">A number follows from the sizes in a way that ONNX has no form for.</exception>
    public static void Translate(ExportGraph graph)
    {
        IReadOnlyList<GraphNode> nodes = graph.Family.First.Nodes;
        GraphNode[] unknown = [.. nodes.Where(n => !Knows(n.Op.Name)).DistinctBy(n => n.Op.Name)];
        if (unknown.Length > 0)
        {
            throw new OnnxException(
                $"no form in ONNX for {string.Join(", ", unknown.Select(n => n.Path.Length == 0 ? n.Op.Name : $"{n.Op.Name} (in {n.Path})"))}; "
                + "say what an op of your own is made of with IDecomposable", "export");
        }

        for (int i = 0; i < nodes.Count; i++)
        {
            s_ops[nodes[i].Op.Name](new Translation(graph, i));
        }

        graph.Complete();
    }
}
