using Fovea.Compilation;

namespace Fovea.Formulas;

/// <summary>
/// A formula as the list of ops that compute it on tensors of given shapes. A run is those ops, run as ever: on the tape, in traces, by a
/// profiler. Parameters are read when a call runs, so that it sees what an optimizer, a state dict or a conversion made of them.
/// </summary>
internal sealed class FormulaPlan
{
    private readonly Tensor?[] _start;
    private readonly PlannedOp[] _ops;
    private readonly int[] _outputs;
    private readonly (int Slot, Action<Tensor> Apply)[] _effects;

    private FormulaPlan(Tensor?[] start, PlannedOp[] ops, int[] outputs, (int, Action<Tensor>)[] effects) =>
        (_start, _ops, _outputs, _effects) = (start, ops, outputs, effects);

    /// <summary>The ops in their order.</summary>
    public IEnumerable<Op> Ops => _ops.Select(o => o.Op);

    /// <summary>Plans a formula: its first output is the result, the others are maps for a recorder.</summary>
    /// <param name="graph">The formula.</param>
    /// <param name="gradients">Whether gradients may be wanted.</param>
    public static FormulaPlan Of(Graph graph, bool gradients)
    {
        var values = new Value[graph.Values.Count];
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            values[graph.Inputs[i]] = new Value(graph.Values[graph.Inputs[i]]) { Input = i };
        }

        foreach ((int number, Tensor tensor) in graph.Constants)
        {
            values[number] = new Value(tensor.Spec) { Constant = tensor };
        }

        var program = new Program();
        foreach (GraphNode node in graph.Nodes)
        {
            program.Add(new Step(
                node.Op, node.Path, [.. node.Inputs.Select(n => values[n])],
                [.. node.Outputs.Select(n => values[n] = new Value(graph.Values[n]))]));
        }

        // What effects read is a result as well.
        int[] effects = [.. graph.Effects.Select(e => e.Value)];
        int results = 1 + effects.Length;
        program.Complete(
            [.. graph.Inputs.Select(n => values[n])],
            [.. new int[] { graph.Outputs[0] }.Concat(effects).Concat(graph.Outputs.Skip(1)).Select(n => values[n])]);
        program.RemoveDead();
        Fuser.Run(FusionRules.All, program, results, gradients);
        return Of(program, results, [.. graph.Effects.Select(e => e.Apply)]);
    }

    /// <summary>Computes the formula.</summary>
    /// <param name="inputs">Tensors of the shapes that were planned for.</param>
    /// <param name="maps">As long as there are maps: gets them.</param>
    public Tensor Run(ReadOnlySpan<Tensor> inputs, Span<Tensor> maps)
    {
        var values = (Tensor[])_start.Clone();
        inputs.CopyTo(values);
        bool traced = Execution.Current.Trace is not null;
        foreach (PlannedOp op in _ops)
        {
            op.Run(values, traced);
        }

        foreach ((int slot, Action<Tensor> apply) in _effects)
        {
            apply(values[slot]);
        }

        for (int i = 0; i < maps.Length; i++)
        {
            maps[i] = values[_outputs[i + 1]];
        }

        return values[_outputs[0]];
    }

    private static FormulaPlan Of(Program program, int results, Action<Tensor>[] effects)
    {
        Value[] leaves = [.. program.Steps.SelectMany(s => s.Inputs).Concat(program.Outputs).Where(v => v.Constant is not null).Distinct()];
        var slots = new Dictionary<Value, int>();
        foreach (Value value in program.Inputs.Concat(leaves).Concat(program.Steps.SelectMany(s => s.Outputs)))
        {
            slots.Add(value, slots.Count);
        }

        var start = new Tensor?[slots.Count];
        foreach (Value leaf in leaves)
        {
            start[slots[leaf]] = leaf.Constant;
        }

        HashSet<Step> needed = program.NeededFor(results);
        PlannedOp[] ops = [.. program.Steps.Select((step, i) => new PlannedOp(
            step.Op, step.Path, [.. step.Inputs.Select(v => slots[v])], [.. step.Outputs.Select(v => slots[v])],
            [.. step.Inputs.Concat(step.Outputs).Distinct().Where(v => IsDone(program, v, i)).Select(v => slots[v])], !needed.Contains(step)))];
        return new FormulaPlan(
            start, ops, [.. program.Outputs.Where((_, i) => i == 0 || i >= results).Select(v => slots[v])],
            [.. effects.Select((apply, i) => (slots[program.Outputs[1 + i]], apply))]);
    }

    /// <summary>Whether nobody reads a value that a step made, behind a step.</summary>
    private static bool IsDone(Program program, Value value, int step) => value.Producer is not null && !value.IsReturned
        && value.Users.All(u => program.IndexOf(u) <= step);
}
