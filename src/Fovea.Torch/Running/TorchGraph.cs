using Fovea.Torch.Ops;
using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Running;

/// <summary>
/// A graph made ready for libtorch: of ops that it has a form for, each bound to its calls, with the values that nobody reads any more after each.
/// What it holds beside parameters lies in libtorch's memory as long as it lives.
/// </summary>
internal sealed class TorchGraph : IDisposable
{
    private readonly Graph _graph;
    private readonly Step[] _steps;
    private readonly Dictionary<int, TorchTensor> _constants = [];
    private readonly List<TorchTensor> _own = [];

    private TorchGraph(Graph graph, torch.ScalarType? lower)
    {
        _graph = graph;
        HashSet<int> forbidden = ForbiddenPlaces.Of(graph);
        HashSet<int> read = [.. graph.Nodes.SelectMany(n => n.Inputs), .. graph.Outputs];
        HashSet<int> kept = [.. graph.Outputs, .. graph.Effects.Select(e => e.Value)];
        var readers = graph.Nodes.SelectMany(n => n.Inputs).Concat(kept).GroupBy(v => v).ToDictionary(v => v.Key, v => v.Count());
        var makers = graph.Nodes.SelectMany(n => n.Outputs.Select(v => (Value: v, Node: n))).ToDictionary(m => m.Value, m => m.Node);
        _steps = new Step[graph.Nodes.Count];
        HashSet<int> later = [];
        for (int i = _steps.Length - 1; i >= 0; i--)
        {
            GraphNode node = graph.Nodes[i];
            var said = new OpNode(graph, node, read.Contains, forbidden.Contains(node.Inputs[0]));
            int[] dropped = [.. node.Inputs.Concat(node.Outputs).Distinct().Where(v => !kept.Contains(v) && later.Add(v))];
            TorchCall call = InPlace.Of(graph, node, makers.GetValueOrDefault(node.Inputs[0]), readers[node.Inputs[0]]) ?? OpTable.Bind(node.Op.Name, said);
            _steps[i] = new Step(node, lower is { } type ? LowerPrecision.Wrap(node.Op.Name, call, type) : call, dropped);
        }
    }

    /// <summary>Makes a graph ready.</summary>
    /// <param name="written">As it was traced; it may be given back afterwards.</param>
    /// <param name="parameter">The tensors that stay from graph to graph and are not its own, by their names in the state dict; null for other names.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="precision">What its products are computed in.</param>
    /// <exception cref="TorchException">An op has no form in libtorch and does not say what it is made of.</exception>
    public static TorchGraph Of(Graph written, Func<string, TorchTensor?> parameter, TorchDevice device, TorchPrecision precision = TorchPrecision.Float32)
    {
        var made = new TorchGraph(written.Decompose(op => OpTable.Knows(op.Name)), LowerPrecision.Of(precision));
        try
        {
            foreach ((int number, Tensor constant) in made._graph.Constants)
            {
                if (made._graph.Names.TryGetValue(number, out string? name) && parameter(name) is { } shared)
                {
                    made._constants[number] = shared;
                }
                else
                {
                    made._constants[number] = device.Write(constant);
                    made._own.Add(made._constants[number]);
                }
            }

            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>Whether an op draws at random: what it draws is in the graph, and running it again repeats that.</summary>
    public bool DrawsAtRandom => _graph.Nodes.Any(n => n.Op.Name == "dropout"
        || n.Op.Attributes?.FirstOrDefault(a => a.Name == "dropout") is { Numbers: [> 0] });

    /// <summary>What all its values take together.</summary>
    public long Bytes => _graph.Nodes.SelectMany(n => n.Outputs).Sum(v => _graph.Values[v].Bytes);

    /// <summary>Shapes and element types of what comes out.</summary>
    public IReadOnlyList<TensorSpec> Outputs => [.. _graph.Outputs.Select(n => _graph.Values[n])];

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">In the order of the trace; they stay the caller's.</param>
    /// <returns>The results, which are the caller's to dispose.</returns>
    public TorchTensor[] Run(params TorchTensor[] inputs)
    {
        using TorchOutputs outputs = RunInPlace(inputs);
        return [.. _graph.Outputs.Select((n, i) => Output(outputs[i], _graph.Values[n]).DetachFromDisposeScope())];
    }

    /// <summary>Runs the graph, for results that are the tensors themselves that it made, on libtorch's tape, and whatever inputs and constants are among them.</summary>
    /// <param name="inputs">In the order of the trace; they stay the caller's, and are to live as long as the results.</param>
    public TorchOutputs RunInPlace(params TorchTensor[] inputs)
    {
        var values = new TorchTensor?[_graph.Values.Count];
        var owned = new bool[values.Length];
        foreach ((int number, TorchTensor constant) in _constants)
        {
            values[number] = constant;
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            values[_graph.Inputs[i]] = inputs[i];
        }

        try
        {
            foreach (Step step in _steps)
            {
                Run(step, values, owned);
            }

            ApplyEffects(values);
            HashSet<int> returned = [.. _graph.Outputs];
            var outputs = new TorchOutputs([.. _graph.Outputs.Select(n => Made(values, n, "the graph"))], [.. returned.Where(n => owned[n]).Select(n => values[n]!)]);
            foreach (int n in returned)
            {
                owned[n] = false;
            }

            return outputs;
        }
        finally
        {
            for (int i = 0; i < values.Length; i++)
            {
                if (owned[i])
                {
                    values[i]?.Dispose();
                }
            }
        }
    }

    /// <summary>Gives the constants back, on both sides.</summary>
    public void Dispose()
    {
        _own.ForEach(c => c.Dispose());
        _graph.Dispose();
    }

    private static void Run(Step step, TorchTensor?[] values, bool[] owned)
    {
        GraphNode node = step.Node;
        using (DisposeScope scope = torch.NewDisposeScope())
        {
            var inputs = new TorchTensor[node.Inputs.Count];
            for (int i = 0; i < inputs.Length; i++)
            {
                inputs[i] = Made(values, node.Inputs[i], node.Op.Name);
            }

            TorchTensor[] made = step.Call(inputs);
            for (int i = 0; i < Math.Min(made.Length, node.Outputs.Count); i++)
            {
                // An op that gives back what it got leaves two values in one tensor, of which each is given back in its time.
                TorchTensor output = Array.IndexOf(inputs, made[i]) >= 0 ? made[i].alias() : made[i];
                values[node.Outputs[i]] = output.DetachFromDisposeScope();
                owned[node.Outputs[i]] = true;
            }
        }

        foreach (int dropped in step.Dropped)
        {
            if (owned[dropped])
            {
                values[dropped]?.Dispose();
                values[dropped] = null;
            }
        }
    }

    // In the element type that our engine gives there, whatever it was computed in.
    private static TorchTensor Output(TorchTensor value, TensorSpec spec) => value.dtype == TorchValues.ElementOf(spec.DType) ? value.alias() : value.to(TorchValues.ElementOf(spec.DType));

    private static TorchTensor Made(TorchTensor?[] values, int number, string reader) => values[number]
        ?? throw new TorchException($"expected ops that read results, got {reader}, which reads what an op leaves for its own backward pass or for maps; run the module on our engine for that.");

    // Running statistics: read back, and followed by our own rule.
    private void ApplyEffects(TorchTensor?[] values)
    {
        using TensorScope scope = TensorScope.Begin();
        foreach ((int value, Action<Tensor> apply) in _graph.Effects)
        {
            apply(TorchValues.Read(Made(values, value, "a running statistic"), _graph.Values[value]));
        }
    }

    /// <param name="Node">What is computed of what.</param>
    /// <param name="Call">How.</param>
    /// <param name="Dropped">The values that are read here for the last time, or never.</param>
    private sealed record Step(GraphNode Node, TorchCall Call, int[] Dropped);
}

/// <summary>What a run of a graph left, as it is.</summary>
/// <param name="outputs">The outputs, in their order.</param>
/// <param name="owned">Those tensors among them that the run made.</param>
internal sealed class TorchOutputs(TorchTensor[] outputs, TorchTensor[] owned) : IDisposable
{
    /// <summary>An output.</summary>
    public TorchTensor this[int index] => outputs[index];

    /// <summary>Gives the memory of those back that the run made.</summary>
    public void Dispose() => Array.ForEach(owned, static t => t.Dispose());
}
