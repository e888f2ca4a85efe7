namespace Fovea;

/// <summary>
/// A call that was recorded and not computed. Its tensors have no values yet; those that somebody took out of the call's scope get them from whatever engine
/// ran the graph, as if they had been computed in the call.
/// </summary>
/// <remarks>
/// What an op leaves beside its result for maps, such as a softmax's largest logits, no other engine has: those ops are run here for it, on what the
/// engine gave their inputs.
/// </remarks>
internal sealed class DeferredCall : IDisposable
{
    private readonly Tensor _input;
    private readonly Dictionary<Tensor, int> _tensors = [];
    private readonly Dictionary<(Storage Storage, TensorSpec Spec), int> _symbols = [];
    private readonly List<(Storage Storage, int Value)> _held;
    private readonly Dictionary<int, GraphNode> _leftBeside = [];
    private readonly Dictionary<int, int> _places = [];

    private DeferredCall(Func<Tensor, Tensor> function, Tensor input, bool keepsAll)
    {
        _input = input;
        Graph = Graph.TraceDeferred(x => [function(x[0])], Remember, input.Spec);
        _tensors[input] = Graph.Inputs[0];
        _held = [.. _symbols.Where(static s => s.Key.Storage.IsHeld).GroupBy(static s => s.Key.Storage).Select(static s => (s.Key, s.First().Value))];
        foreach (GraphNode node in Graph.Nodes)
        {
            foreach (int value in node.Outputs.Where((_, i) => i > 0 && !node.Op.IsOutputDifferentiable(i)))
            {
                _leftBeside[value] = node;
            }
        }

        IEnumerable<int> held = _held.SelectMany(h => _leftBeside.TryGetValue(h.Value, out GraphNode? maker) ? maker.Inputs : [h.Value]);
        IEnumerable<int> all = keepsAll ? [.. Graph.Inputs, .. Graph.Nodes.SelectMany(static n => n.Outputs).Where(v => !_leftBeside.ContainsKey(v))] : [];
        foreach (int value in Graph.Outputs.Concat(held.Where(v => !Graph.Constants.ContainsKey(v))).Concat(all).Distinct())
        {
            _places.Add(value, _places.Count);
        }

        Graph.Outputs = [.. _places.Keys];
    }

    /// <summary>What was recorded. Its outputs are the result, and whatever else values are wanted of.</summary>
    public Graph Graph { get; }

    /// <summary>The result, which the scope around the call owns.</summary>
    public Tensor Output { get; private set; } = null!;

    /// <summary>Records a call.</summary>
    /// <param name="function">Runs once, on a tensor that has a shape but no values.</param>
    /// <param name="input">What it is a call of.</param>
    /// <param name="keepsAll">Whether every value is an output of the graph, as gradients may be asked of it.</param>
    /// <exception cref="CompileException">The function reads values.</exception>
    public static DeferredCall Of(Func<Tensor, Tensor> function, Tensor input, bool keepsAll)
    {
        Tensor? output = null;
        var call = new DeferredCall(x => output = function(x), input, keepsAll);
        call.Output = output!;
        return call;
    }

    /// <summary>Which output of the graph the input or a tensor of the call is; null where it is none of them.</summary>
    public int? PlaceOf(Tensor tensor) =>
        (_tensors.TryGetValue(tensor, out int value) || (tensor.StorageOrNull is { } storage && _symbols.TryGetValue((storage, tensor.Spec), out value)))
        && _places.TryGetValue(value, out int place) ? place : null;

    /// <summary>Gives the tensors that are still held their values.</summary>
    /// <param name="read">Reads an output of the graph.</param>
    public void Fill(Func<int, Tensor> read)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        var known = new Dictionary<int, Tensor> { [Graph.Inputs[0]] = _input };
        foreach ((Storage storage, int value) in _held)
        {
            storage.TakeValues(ValueOf(value).Storage);
        }

        Tensor ValueOf(int value)
        {
            if (!known.TryGetValue(value, out Tensor? tensor))
            {
                if (_leftBeside.TryGetValue(value, out GraphNode? maker))
                {
                    Tensor[] made = Op.RunAll(maker.Op, [.. maker.Inputs.Select(ValueOf)]);
                    known[value] = tensor = made[maker.Outputs.TakeWhile(v => v != value).Count()];
                }
                else
                {
                    known[value] = tensor = Graph.Constants.TryGetValue(value, out Tensor? constant) ? constant : read(_places[value]);
                }
            }

            return tensor;
        }
    }

    /// <summary>Gives the graph's shares in constants back.</summary>
    public void Dispose() => Graph.Dispose();

    private void Remember(IReadOnlyDictionary<Tensor, int> tensors, IReadOnlyDictionary<(Storage Storage, TensorSpec Spec), int> symbols)
    {
        foreach ((Tensor tensor, int value) in tensors)
        {
            _tensors[tensor] = value;
        }

        foreach (((Storage Storage, TensorSpec Spec) symbol, int value) in symbols)
        {
            _symbols[symbol] = value;
        }
    }
}
