namespace Fovea.Inspect;

/// <summary>What a model costs on given inputs, counted from the ops that ran.</summary>
/// <param name="Parameters">Numbers that training changes.</param>
/// <param name="MultiplyAdds">Products that are added up, in convolutions and matrix products.</param>
/// <param name="Flops">All floating-point operations: two a multiply-add, and the others.</param>
/// <param name="Uncounted">The names of the ops that ran and count no arithmetic: those that move data.</param>
public sealed record ModelCount(long Parameters, long MultiplyAdds, long Flops, IReadOnlyList<string> Uncounted)
{
    /// <summary>Runs a module once, in evaluation mode and without a tape, and counts.</summary>
    /// <param name="module">The module; its mode is put back afterwards.</param>
    /// <param name="inputs">What to call it with.</param>
    /// <exception cref="ShapeException">The inputs do not fit.</exception>
    public static ModelCount Of(Module module, params Tensor[] inputs)
    {
        using TensorScope scope = TensorScope.Begin();
        return Of(module, Tracing.Run(module, inputs));
    }

    /// <summary>Counts a trace of a module.</summary>
    internal static ModelCount Of(Module module, Graph graph)
    {
        var sum = new OpCost(0);
        var uncounted = new SortedSet<string>(StringComparer.Ordinal);
        foreach (GraphNode node in graph.Nodes)
        {
            OpCost cost = Tracing.Cost(graph, node);
            sum += cost;
            if (cost.Flops == 0)
            {
                uncounted.Add(node.Op.Name);
            }
        }

        return new ModelCount(module.Parameters().Sum(p => (long)p.Elements), sum.MultiplyAdds, sum.Flops, [.. uncounted]);
    }
}
