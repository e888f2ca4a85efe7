using Fovea.Onnx.Protocol;
using static Fovea.Onnx.Protocol.AttributeProto.Types;

namespace Fovea.Onnx.Import;

/// <summary>What several nodes compute together, and the one operator that computes it.</summary>
/// <param name="Operator">Its name, one of <see cref="FusedOperators"/>.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Nodes">The nodes that it stands for.</param>
/// <param name="Epsilon">What is added to a variance; null for operators without one.</param>
internal sealed record FusedNode(string Operator, string[] Inputs, NodeProto[] Nodes, float? Epsilon = null);

/// <summary>
/// Exporters write functions that their opset has no operator for in pieces. Where the pieces are read by one another alone, one operator takes their
/// place, under the name of the last of them.
/// </summary>
internal static class NodePatterns
{
    private static readonly Func<NodeProto, PatternGraph, FusedNode?>[] s_all =
        [ActivationPatterns.Silu, ActivationPatterns.HardSwish, ActivationPatterns.Gelu, LayerNormPattern.Find];

    /// <summary>The graph with its patterns replaced; the file's own where there is none.</summary>
    /// <param name="graph">Stays as it is.</param>
    /// <param name="outputs">Names of what is wanted of it; null for what it names.</param>
    /// <exception cref="OnnxException">The names of the graph contradict one another.</exception>
    public static GraphProto Apply(GraphProto graph, IReadOnlyList<string>? outputs)
    {
        var names = new GraphNames(graph, outputs);
        var view = new PatternGraph(names);
        var covered = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var placed = new Dictionary<NodeProto, NodeProto>(ReferenceEqualityComparer.Instance);

        // From the end, so that what computes more comes before a part of it.
        foreach (NodeProto last in names.Needed.Reverse().Where(n => n.Output.Count == 1 && n.Domain is "" or "ai.onnx"))
        {
            FusedNode? found = covered.Contains(last) ? null : s_all.Select(p => p(last, view)).FirstOrDefault(f => f is not null && view.IsClosed(f.Nodes, last));
            if (found is not null && !found.Nodes.Any(covered.Contains))
            {
                covered.UnionWith(found.Nodes);
                placed.Add(last, ToNode(found, last));
            }
        }

        if (placed.Count == 0)
        {
            return graph;
        }

        var fused = new GraphProto { Name = graph.Name, Initializer = { graph.Initializer }, Input = { graph.Input }, Output = { graph.Output }, ValueInfo = { graph.ValueInfo } };
        fused.Node.Add(graph.Node.Where(n => placed.ContainsKey(n) || !covered.Contains(n)).Select(n => placed.GetValueOrDefault(n, n)));
        return fused;
    }

    private static NodeProto ToNode(FusedNode found, NodeProto last)
    {
        var node = new NodeProto { Name = last.Name, OpType = found.Operator, Input = { found.Inputs }, Output = { last.Output } };
        if (found.Epsilon is { } epsilon)
        {
            node.Attribute.Add(new AttributeProto { Name = "epsilon", F = epsilon, Type = AttributeType.Float });
        }

        return node;
    }
}
