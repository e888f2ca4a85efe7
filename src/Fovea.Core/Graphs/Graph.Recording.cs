namespace Fovea;

/// <content>How ops that run, or are only said, become nodes.</content>
public sealed partial class Graph
{
    private readonly Dictionary<Tensor, int> _numbers = [];
    private readonly Stack<string> _path = new();
    private readonly Dictionary<(Storage Storage, TensorSpec Spec), int> _symbols = [];

    /// <summary>What happens outside of ops with values, in order: the number of the value, and what is done with it once it is there.</summary>
    internal List<(int Value, Action<Tensor> Apply)> Effects { get; } = [];

    /// <summary>Whether the graph is a formula: see <see cref="TraceFormula"/>.</summary>
    internal bool IsFormula { get; private init; }

    /// <summary>Whether the graph is of what is written, without a tape: its constants are shared at once, as the scope in which the function made them ends.</summary>
    internal bool IsWritten { get; private init; }

    /// <summary>Notes what is to be done with a value of a formula.</summary>
    internal void AddEffect(Tensor value, Action<Tensor> apply) => Effects.Add((NumberOf(value), apply));

    /// <summary>Whether the graph records shapes alone.</summary>
    internal bool IsSymbolic { get; private init; }

    /// <summary>The part of the model that runs now.</summary>
    internal string Path => _path.Count > 0 ? _path.Peek() : string.Empty;

    /// <summary>
    /// Runs a function on tensors that have a shape but no values: ops on them are recorded and not computed. Ops on constants alone
    /// are computed at once, and leave nothing but their result among the constants, which <see cref="Dispose"/> gives back.
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
            graph.Dispose();
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

    /// <summary>As <see cref="TraceWritten"/>, and tells which tensor is which value; what the function gives belongs to the scope around the call.</summary>
    internal static Graph TraceDeferred(Func<Tensor[], Tensor[]> function, Recorded recorded, params TensorSpec[] inputs)
    {
        using IDisposable still = GradMode.NoGrad();
        using TensorScope scope = TensorScope.Begin();
        var graph = new Graph { IsSymbolic = true, IsFormula = true, IsWritten = true };
        graph.Record(x => Array.ConvertAll(function(x), scope.Keep), Array.ConvertAll(inputs, SymbolicTensor), recorded);
        return graph;
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
            _nodes.Add(new GraphNode(op, Path, numbers, [.. outputs.Select(o => NumberOf(o, isMade: true))]));
        }

        return outputs;
    }

    private void Record(Func<Tensor[], Tensor[]> function, Tensor[] inputs, Recorded? recorded = null)
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

        recorded?.Invoke(_numbers, _symbols);
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

    private static Tensor SymbolicTensor(TensorSpec spec) => new(spec.Shape, spec.DType, Storage.Symbolic(spec.Bytes), owned: true);

    private int NumberOf(Tensor tensor) => NumberOf(tensor, isMade: false);

    private int NumberOf(Tensor tensor, bool isMade)
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
            if (IsSymbolic && !isMade && (IsWritten || !IsFormula) && !tensor.Storage.IsSymbolic)
            {
                // The scope of the module that computed it closes before the graph is read.
                Share(number, tensor);
            }
        }

        return number;
    }

    /// <summary>Is told the numbers of the tensors that a function made, once it is recorded.</summary>
    internal delegate void Recorded(IReadOnlyDictionary<Tensor, int> tensors, IReadOnlyDictionary<(Storage Storage, TensorSpec Spec), int> symbols);

    private sealed class Leave(Graph graph) : IDisposable
    {
        public void Dispose() => graph._path.Pop();
    }
}
