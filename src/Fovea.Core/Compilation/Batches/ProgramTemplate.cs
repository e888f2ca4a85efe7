namespace Fovea.Compilation;

/// <summary>
/// A traced model for any batch: its ops, what they read and make, and constants of its own. Programs for given inputs are made of it
/// by inferring their shapes again; the function that was traced is not needed any more.
/// </summary>
internal sealed class ProgramTemplate
{
    private readonly TensorSpec[] _inputs;
    private readonly Graph _graph;
    private readonly BatchOp[] _ops;
    private readonly Dictionary<int, BatchConstant> _constants;

    /// <param name="inputs">What was traced.</param>
    /// <param name="graph">The trace; its constants are not read.</param>
    /// <param name="ops">Its ops, node for node.</param>
    /// <param name="constants">Its constants, by number.</param>
    /// <param name="refusal">Why the model takes no other batch; null when it does.</param>
    public ProgramTemplate(TensorSpec[] inputs, Graph graph, BatchOp[] ops, Dictionary<int, BatchConstant> constants, string? refusal) =>
        (_inputs, _graph, _ops, _constants, Refusal) = (inputs, graph, ops, constants, refusal);

    /// <summary>Why the model takes no other batch; null when it does.</summary>
    public string? Refusal { get; }

    /// <summary>Whether inputs of such shapes have a batch: their first axis, where it is as long as that of the first input.</summary>
    public static bool IsBatched(TensorSpec[] inputs) => inputs.Length > 0 && inputs[0].Shape.Rank > 1;

    /// <summary>The shapes of inputs with another batch.</summary>
    public static TensorSpec[] WithBatch(TensorSpec[] inputs, int batch) => Array.ConvertAll(inputs, s => Follows(inputs, s)
        ? s with { Shape = s.Shape.With(0, batch) }
        : s);

    /// <summary>The program for a batch, ready for the passes.</summary>
    /// <exception cref="ShapeException">A value would have too many elements.</exception>
    public Program At(int batch)
    {
        TensorSpec[] inputs = WithBatch(_inputs, batch);
        var program = new Program();
        var values = new Value[_graph.Values.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            values[_graph.Inputs[i]] = new Value(inputs[i]) { Input = i };
        }

        foreach ((int number, BatchConstant constant) in _constants)
        {
            values[number] = constant.Add(program, batch);
        }

        for (int i = 0; i < _ops.Length; i++)
        {
            GraphNode node = _graph.Nodes[i];
            Op op = _ops[i].At(batch);
            Value[] from = [.. node.Inputs.Select(n => values[n])];
            Value[] to = Array.ConvertAll(op.Infer(Array.ConvertAll(from, v => v.Spec)), s => new Value(s));
            for (int k = 0; k < to.Length; k++)
            {
                values[node.Outputs[k]] = to[k];
            }

            program.Add(new Step(op, node.Path, [.. from], [.. to]));
        }

        program.Complete([.. _graph.Inputs.Select(n => values[n])], [.. _graph.Outputs.Select(n => values[n])]);
        return program;
    }

    private static bool Follows(TensorSpec[] inputs, TensorSpec input) =>
        IsBatched(inputs) && input.Shape.Rank > 0 && input.Shape[0] == inputs[0].Shape[0];
}
