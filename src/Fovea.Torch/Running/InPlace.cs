using Fovea.Torch.Ops;

namespace Fovea.Torch.Running;

/// <summary>
/// Ops that write over their first input instead of into new memory, as people write <c>relu(inplace=True)</c> and <c>y += x</c>: where nobody else reads that input, and what made it
/// gives new memory that its own gradient does not need.
/// </summary>
internal static class InPlace
{
    private static readonly HashSet<string> s_makers = ["batch_norm", "batch_norm_eval", "linear", "add"];

    /// <summary>The calls of an op that writes over its first input; null for an op that does not.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="node">The op.</param>
    /// <param name="maker">What made its first input; null for an input or a constant of the graph.</param>
    /// <param name="readers">How often its first input is read, by ops or as an output of the graph.</param>
    public static TorchCall? Of(Graph graph, GraphNode node, GraphNode? maker, int readers)
    {
        int first = node.Inputs[0];
        bool isFree = maker is not null && s_makers.Contains(maker.Op.Name) && readers == 1 && graph.Values[first] == graph.Values[node.Outputs[0]];
        return !isFree ? null : node.Op.Name switch
        {
            "relu" => x => [x[0].relu_()],
            "add" => x => [x[0].dtype == x[1].dtype ? x[0].add_(x[1]) : x[0].add(x[1])],
            _ => null,
        };
    }
}
