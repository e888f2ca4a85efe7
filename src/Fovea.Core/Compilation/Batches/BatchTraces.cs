namespace Fovea.Compilation;

/// <summary>
/// Finds out how a model depends on its batch: it is traced with several, and what differs between the traces is compared number by
/// number. Sizes that grow evenly with the batch follow it; anything else means that the model cannot change it.
/// </summary>
internal static class BatchTraces
{
    // From here on smaller batches are tried, as larger ones may be more than a tensor can hold.
    private const int Large = 64;

    // What grows evenly with the batch is told from what does not by three.
    private const int Batches = 3;

    /// <summary>Traces a function.</summary>
    /// <param name="function">Runs on tensors without values; not called again afterwards.</param>
    /// <param name="inputs">What it takes.</param>
    /// <param name="state">Tensors with the names that constants shall have.</param>
    /// <param name="otherBatches">Whether batches other than that of the inputs will come.</param>
    /// <param name="store">Gets the constants.</param>
    /// <param name="meter">Counts the traces.</param>
    /// <exception cref="CompileException">The function reads values outside of ops.</exception>
    public static Traced Of(
        Func<Tensor[], Tensor[]> function, TensorSpec[] inputs, IEnumerable<(string Name, Tensor Value)> state, bool otherBatches, ConstantStore store, WorkMeter meter)
    {
        using IDisposable still = GradMode.NoGrad();
        meter.Begin(WorkStage.Tracing, otherBatches && ProgramTemplate.IsBatched(inputs) ? Batches : 1);
        var graphs = new List<Graph> { Graph.TraceShapes(function, inputs).Name(state) };
        var traced = new Traced(graphs);
        try
        {
            meter.Step();
            string? refusal = otherBatches && ProgramTemplate.IsBatched(inputs) ? null : "it was compiled for one batch";
            ProgramTemplate? any = refusal is null ? OfAny(function, inputs, graphs, store, meter, out refusal) : null;
            traced.Template = any ?? new ProgramTemplate(
                inputs, graphs[0], [.. graphs[0].Nodes.Select(n => BatchOp.Of(n.Op))],
                graphs[0].Constants.ToDictionary(c => c.Key, c => BatchConstant.Of(c.Value, graphs[0].Names.GetValueOrDefault(c.Key), store)), refusal);
            return traced;
        }
        catch
        {
            traced.Dispose();
            throw;
        }
    }

    private static ProgramTemplate? OfAny(
        Func<Tensor[], Tensor[]> function, TensorSpec[] inputs, List<Graph> graphs, ConstantStore store, WorkMeter meter, out string? refusal)
    {
        int batch = inputs[0].Shape[0];
        int[] batches = batch < Large ? [batch, batch + 1, (2 * batch) + 3] : [batch, batch - 1, batch / 2];
        foreach (int other in batches[1..])
        {
            try
            {
                graphs.Add(Graph.TraceShapes(function, ProgramTemplate.WithBatch(inputs, other)));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                refusal = $"with a batch of {other} it fails: {e.Message}";
                return null;
            }

            meter.Step();
        }

        return Match(inputs, batches, graphs, store, out refusal);
    }

    private static ProgramTemplate? Match(TensorSpec[] inputs, int[] batches, List<Graph> graphs, ConstantStore store, out string? refusal)
    {
        if (GraphFamily.Difference(graphs) is { Length: > 0 } difference)
        {
            refusal = $"{difference} with another batch";
            return null;
        }

        Graph first = graphs[0];
        var ops = new BatchOp[first.Nodes.Count];
        for (int i = 0; i < ops.Length; i++)
        {
            GraphNode node = first.Nodes[i];
            string at = $"{node.Op.Name}{CompileException.At(node.Path)}";
            if (BatchOp.Match(batches, [.. graphs.Select(g => g.Nodes[i].Op)], out string reason) is not { } op)
            {
                refusal = $"{at} depends on the batch: {reason}";
                return null;
            }

            ops[i] = op;
        }

        var constants = new Dictionary<int, BatchConstant>();
        foreach (int number in first.Constants.Keys)
        {
            if (BatchConstant.Match(batches, [.. graphs.Select(g => g.Constants[number])], first.Names.GetValueOrDefault(number), store) is not { } constant)
            {
                GraphNode? user = first.Nodes.FirstOrDefault(n => n.Inputs.Contains(number));
                string at = user is null ? "the result" : $"{user.Op.Name}{CompileException.At(user.Path)}";
                refusal = $"{at} reads numbers that were computed outside of ops from the batch";
                return null;
            }

            constants.Add(number, constant);
        }

        refusal = null;
        return new ProgramTemplate(inputs, first, ops, constants, null);
    }
}

/// <summary>A template whose constants still lie where the model has them, until this is disposed.</summary>
internal sealed class Traced(List<Graph> graphs) : IDisposable
{
    public ProgramTemplate Template { get; set; } = null!;

    public void Dispose() => graphs.ForEach(g => g.Dispose());
}
