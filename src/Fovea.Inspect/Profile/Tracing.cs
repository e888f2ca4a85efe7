namespace Fovea.Inspect;

/// <summary>Runs of modules that are recorded op by op.</summary>
internal static class Tracing
{
    /// <summary>Runs a module in evaluation mode without a tape. Its mode is put back.</summary>
    public static Graph Run(Module module, Tensor[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var evaluation = new EvaluationMode(module);
        using IDisposable inference = GradMode.NoGrad();
        return Graph.Trace(x => [Call(module, x)], inputs);
    }

    /// <summary>Calls a module with one input or several.</summary>
    public static Tensor Call(Module module, Tensor[] inputs) => inputs.Length == 1 ? module.Call(inputs[0]) : module.Call(inputs);

    /// <summary>The arithmetic of one op of a trace.</summary>
    public static OpCost Cost(Graph graph, GraphNode node) =>
        node.Op.Cost([.. node.Inputs.Select(i => graph.Values[i])], [.. node.Outputs.Select(i => graph.Values[i])]);
}
