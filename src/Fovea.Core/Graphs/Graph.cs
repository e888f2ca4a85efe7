namespace Fovea;

/// <summary>
/// What ran: the ops in order, each with its inputs and outputs by number. The profiler counts it, the compiler rewrites it, an
/// exporter walks it; there is no second description of a model.
/// </summary>
/// <remarks>
/// Three traces show three things. <see cref="Trace"/> records what runs: values, times, and the fused ops that were chosen.
/// <see cref="TraceWritten"/> records what is written: modules' formulas op by op, on shapes alone. <see cref="Decompose"/> goes on from
/// there, to ops that are simple enough for whoever walks the graph: each says its <see cref="Op.Name"/> and its <see cref="Op.Attributes"/>.
/// </remarks>
public sealed partial class Graph : IDisposable
{
    private readonly List<GraphNode> _nodes = [];
    private readonly List<TensorSpec> _values = [];
    private readonly Dictionary<int, Tensor> _constants = [];
    private readonly Dictionary<int, string> _names = [];
    private readonly List<Tensor> _shared = [];

    private Graph()
    {
    }

    /// <summary>The ops in the order they ran.</summary>
    public IReadOnlyList<GraphNode> Nodes => _nodes;

    /// <summary>Shape and element type of every value, by number.</summary>
    public IReadOnlyList<TensorSpec> Values => _values;

    /// <summary>The numbers of the values that <see cref="Trace"/> was given as inputs.</summary>
    public IReadOnlyList<int> Inputs { get; internal set; } = [];

    /// <summary>The numbers of the values that the traced function returned.</summary>
    public IReadOnlyList<int> Outputs { get; internal set; } = [];

    /// <summary>Values that were neither inputs nor made by an op: parameters, buffers and constants, by number.</summary>
    public IReadOnlyDictionary<int, Tensor> Constants => _constants;

    /// <summary>The names that some of the constants have in a state dict, by number.</summary>
    public IReadOnlyDictionary<int, string> Names => _names;

    /// <summary>Runs a function and records every op in it. The recorded tensors live as long as the scope around the call.</summary>
    /// <param name="function">What to run.</param>
    /// <param name="inputs">The tensors to treat as inputs.</param>
    public static Graph Trace(Func<Tensor[], Tensor[]> function, params Tensor[] inputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        var graph = new Graph();
        graph.Record(function, inputs);
        return graph;
    }

    /// <summary>
    /// Records what a function says, without computing it: modules run their formulas as they are written instead of the fused ops that take
    /// their place, and what is computed of parameters is recorded as well. The constants are shares in the tensors themselves.
    /// </summary>
    /// <param name="function">Runs once, on tensors that have a shape but no values.</param>
    /// <param name="inputs">Shapes and element types of what it takes.</param>
    /// <exception cref="CompileException">The function reads values, detaches tensors, or switches the recording of the tape.</exception>
    public static Graph TraceWritten(Func<Tensor[], Tensor[]> function, params TensorSpec[] inputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        using IDisposable still = GradMode.NoGrad();
        using TensorScope scope = TensorScope.Begin();
        var graph = new Graph { IsSymbolic = true, IsFormula = true, IsWritten = true };
        graph.Record(function, Array.ConvertAll(inputs, SymbolicTensor));
        return graph;
    }

    /// <summary>Gives the constants that are among some tensors their names; a tensor of two names has the first.</summary>
    /// <returns>The same graph.</returns>
    public Graph Name(IEnumerable<(string Name, Tensor Value)> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var known = new Dictionary<(Storage, TensorSpec), string>();
        foreach ((string name, Tensor value) in tensors)
        {
            known.TryAdd((value.Storage, value.Spec), name);
        }

        foreach ((int number, Tensor constant) in _constants)
        {
            if (known.TryGetValue((constant.Storage, constant.Spec), out string? name))
            {
                _names[number] = name;
            }
        }

        return this;
    }

    /// <summary>The same graph of simpler ops: those that say what they are made of (<see cref="IDecomposable"/>) give way to that.</summary>
    /// <param name="keep">The ops that may stay as they are.</param>
    /// <exception cref="CompileException">An output is read that a decomposition does not make.</exception>
    public Graph Decompose(Func<Op, bool> keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        var simple = new GraphCopy(this, new Graph { IsSymbolic = IsSymbolic, IsFormula = IsFormula });
        foreach (GraphNode node in _nodes)
        {
            if (node.Op is IDecomposable op && !keep(node.Op))
            {
                using Graph written = TraceWritten(op.Decompose, [.. node.Inputs.Select(i => _values[i])]);
                using Graph parts = written.Decompose(keep);
                simple.Splice(node, parts);
            }
            else
            {
                simple.Add(node);
            }
        }

        return simple.Complete();
    }

    /// <summary>Gives back the graph's shares in constants, if it has any. Optional: the garbage collector finds them too.</summary>
    public void Dispose()
    {
        foreach (Tensor constant in _shared)
        {
            constant.Dispose();
        }

        _shared.Clear();
    }

    /// <summary>
    /// Names the part of the model that the following ops belong to, until the returned value is disposed. Modules call it.
    /// </summary>
    public static IDisposable? Enter(string name)
    {
        if (Execution.Current.Trace is not { } graph)
        {
            return null;
        }

        graph._path.Push(graph._path.Count > 0 ? $"{graph._path.Peek()}.{name}" : name);
        return new Leave(graph);
    }

    /// <summary>Adds a node whose values have their numbers.</summary>
    internal void Add(GraphNode node) => _nodes.Add(node);

    /// <summary>Adds a value.</summary>
    /// <returns>Its number.</returns>
    internal int AddValue(TensorSpec spec)
    {
        _values.Add(spec);
        return _values.Count - 1;
    }

    /// <summary>Adds a share in a constant.</summary>
    /// <returns>Its number.</returns>
    internal int AddConstant(Tensor constant, string? name)
    {
        int number = AddValue(constant.Spec);
        Share(number, constant);
        if (name is not null)
        {
            _names[number] = name;
        }

        return number;
    }

    private void Share(int number, Tensor constant)
    {
        Tensor shared = constant.ShareOutsideScope();
        _shared.Add(shared);
        _constants[number] = shared;
    }
}
