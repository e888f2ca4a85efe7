namespace Fovea;

/// <summary>
/// What ran: the ops in order, each with its inputs and outputs by number. The profiler counts it, the compiler rewrites it, an
/// exporter walks it; there is no second description of a model.
/// </summary>
public sealed class Graph
{
    private readonly Dictionary<Tensor, int> _numbers = [];
    private readonly List<GraphNode> _nodes = [];
    private readonly List<TensorSpec> _values = [];
    private readonly Stack<string> _path = new();
    private readonly List<Tensor> _shared = [];
    private readonly Dictionary<(Storage Storage, TensorSpec Spec), int> _symbols = [];

    private Graph()
    {
    }

    /// <summary>The ops in the order they ran.</summary>
    public IReadOnlyList<GraphNode> Nodes => _nodes;

    /// <summary>Shape and element type of every value, by number.</summary>
    public IReadOnlyList<TensorSpec> Values => _values;

    /// <summary>The numbers of the values that <see cref="Trace"/> was given as inputs.</summary>
    public IReadOnlyList<int> Inputs { get; private set; } = [];

    /// <summary>The numbers of the values that the traced function returned.</summary>
    public IReadOnlyList<int> Outputs { get; private set; } = [];

    /// <summary>Values that were neither inputs nor made by an op: parameters, buffers and constants, by number.</summary>
    public IReadOnlyDictionary<int, Tensor> Constants => _constants;

    private readonly Dictionary<int, Tensor> _constants = [];

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

    private void Record(Func<Tensor[], Tensor[]> function, Tensor[] inputs)
    {
        Inputs = [.. inputs.Select(NumberOf)];
        Execution before = Execution.Current;
        Execution.Current = before with { Trace = this };
        try
        {
            Tensor[] outputs = function(inputs);
            Outputs = [.. outputs.Select(NumberOf)];
        }
        finally
        {
            Execution.Current = Execution.Current with { Trace = before.Trace };
        }

        HashSet<int> made = [.. Inputs, .. _nodes.SelectMany(n => n.Outputs)];
        foreach ((Tensor tensor, int number) in _numbers)
        {
            if (!made.Contains(number))
            {
                _constants.TryAdd(number, tensor);
            }
        }

        _numbers.Clear();
        _symbols.Clear();
    }

    /// <summary>
    /// Runs a function on tensors that have a shape but no values: ops on them are recorded and not computed. Ops on constants alone
    /// are computed at once, and leave nothing but their result among the constants, which <see cref="ReleaseConstants"/> gives back.
    /// </summary>
    /// <exception cref="CompileException">The function reads values that depend on the inputs.</exception>
    internal static Graph TraceShapes(Func<Tensor[], Tensor[]> function, params TensorSpec[] inputs)
    {
        using TensorScope scope = TensorScope.Begin();
        var graph = new Graph { IsSymbolic = true };
        try
        {
            graph.Record(function, Array.ConvertAll(inputs, SymbolicTensor));
            return graph;
        }
        catch
        {
            graph.ReleaseConstants();
            throw;
        }
    }

    /// <summary>
    /// Runs a function as <see cref="TraceShapes"/> does, but records ops on constants as well: what is computed of a module's parameters is
    /// computed of them as they are when the formula runs. The constants are the tensors themselves, not shares in them.
    /// </summary>
    /// <exception cref="CompileException">The function reads values, detaches them, or switches the recording of the tape.</exception>
    internal static Graph TraceFormula(Func<Tensor[], Tensor[]> function, params TensorSpec[] inputs)
    {
        using TensorScope scope = TensorScope.Begin();
        var graph = new Graph { IsSymbolic = true, IsFormula = true };
        graph.Record(function, Array.ConvertAll(inputs, SymbolicTensor));
        return graph;
    }

    /// <summary>What happens outside of ops with values, in order: the number of the value, and what is done with it once it is there.</summary>
    internal List<(int Value, Action<Tensor> Apply)> Effects { get; } = [];

    /// <summary>Whether the graph is a formula: see <see cref="TraceFormula"/>.</summary>
    internal bool IsFormula { get; private init; }

    /// <summary>Notes what is to be done with a value of a formula.</summary>
    internal void AddEffect(Tensor value, Action<Tensor> apply) => Effects.Add((NumberOf(value), apply));

    /// <summary>Gives back the shares in the constants of a trace of shapes.</summary>
    internal void ReleaseConstants()
    {
        foreach (Tensor constant in _shared)
        {
            constant.Dispose();
        }

        _shared.Clear();
    }

    /// <summary>Whether the graph records shapes alone.</summary>
    internal bool IsSymbolic { get; private init; }

    /// <summary>The part of the model that runs now.</summary>
    internal string Path => _path.Count > 0 ? _path.Peek() : string.Empty;

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

    /// <summary>Records an op that ran; null where the graph records shapes alone.</summary>
    internal GraphNode? Add(Op op, Tensor[] inputs, Tensor[] outputs, TimeSpan elapsed)
    {
        if (IsSymbolic)
        {
            return null;
        }

        var node = new GraphNode(op, Path, [.. inputs.Select(NumberOf)], [.. outputs.Select(NumberOf)]) { Elapsed = elapsed };
        _nodes.Add(node);
        return node;
    }

    /// <summary>Records an op of which an input has no values; its outputs have none either.</summary>
    internal Tensor[] AddSymbolic(Op op, ReadOnlySpan<Tensor> inputs, TensorSpec[] specs)
    {
        Tensor[] outputs = op.IsView
            ? [new Tensor(specs[0].Shape, specs[0].DType, inputs[0].Storage.Share(), owned: true)]
            : Array.ConvertAll(specs, SymbolicTensor);
        int[] numbers = new int[inputs.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = NumberOf(inputs[i]);
        }

        // A view of a shape that its memory had before is the value that it was then.
        if (!op.IsView || !_symbols.ContainsKey((outputs[0].Storage, outputs[0].Spec)))
        {
            _nodes.Add(new GraphNode(op, Path, numbers, [.. outputs.Select(NumberOf)]));
        }

        return outputs;
    }

    private static Tensor SymbolicTensor(TensorSpec spec) => new(spec.Shape, spec.DType, Storage.Symbolic(spec.Bytes), owned: true);

    private int NumberOf(Tensor tensor)
    {
        if (!_numbers.TryGetValue(tensor, out int number))
        {
            // Detached tensors are others over the same memory.
            if (IsSymbolic && tensor.Storage.IsSymbolic && !_symbols.TryAdd((tensor.Storage, tensor.Spec), _values.Count))
            {
                return _symbols[(tensor.Storage, tensor.Spec)];
            }

            number = _values.Count;
            _numbers.Add(tensor, number);
            _values.Add(tensor.Spec);
            if (IsSymbolic && !IsFormula && !tensor.Storage.IsSymbolic)
            {
                // The scope of the module that computed it closes before the graph is read.
                Tensor shared = tensor.ShareOutsideScope();
                _shared.Add(shared);
                _constants[number] = shared;
            }
        }

        return number;
    }

    private sealed class Leave(Graph graph) : IDisposable
    {
        public void Dispose() => graph._path.Pop();
    }
}

/// <summary>One op of a <see cref="Graph"/>.</summary>
/// <param name="Op">The op with its attributes.</param>
/// <param name="Path">The module it ran in, such as <c>layer1.0.conv1</c>; empty at the top.</param>
/// <param name="Inputs">Numbers of the input values.</param>
/// <param name="Outputs">Numbers of the output values.</param>
public sealed record GraphNode(Op Op, string Path, IReadOnlyList<int> Inputs, IReadOnlyList<int> Outputs)
{
    /// <summary>How long the op took while it was traced, the memory for its outputs included.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>How long backward passes spent in the op so far; zero when none came by.</summary>
    public TimeSpan BackwardElapsed { get; internal set; }
}
