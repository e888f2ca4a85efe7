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
        graph.Inputs = [.. inputs.Select(graph.NumberOf)];
        Execution before = Execution.Current;
        Execution.Current = before with { Trace = graph };
        try
        {
            Tensor[] outputs = function(inputs);
            graph.Outputs = [.. outputs.Select(graph.NumberOf)];
        }
        finally
        {
            Execution.Current = Execution.Current with { Trace = before.Trace };
        }

        HashSet<int> made = [.. graph.Inputs, .. graph._nodes.SelectMany(n => n.Outputs)];
        foreach ((Tensor tensor, int number) in graph._numbers)
        {
            if (!made.Contains(number))
            {
                graph._constants[number] = tensor;
            }
        }

        graph._numbers.Clear();
        return graph;
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

    internal void Add(Op op, Tensor[] inputs, Tensor[] outputs, TimeSpan elapsed) => _nodes.Add(new GraphNode(
        op,
        _path.Count > 0 ? _path.Peek() : string.Empty,
        [.. inputs.Select(NumberOf)],
        [.. outputs.Select(NumberOf)])
    {
        Elapsed = elapsed,
    });

    private int NumberOf(Tensor tensor)
    {
        if (!_numbers.TryGetValue(tensor, out int number))
        {
            number = _values.Count;
            _numbers.Add(tensor, number);
            _values.Add(tensor.Spec);
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
}
