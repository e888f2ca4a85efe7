using Fovea.Layers;

namespace Fovea.Torch.Running;

/// <summary>
/// The graphs of a module, one for each shape of the inputs and each division of its layers into training and evaluation mode. What draws at random is traced for every
/// call: a graph that was kept would draw the same again.
/// </summary>
/// <param name="module">The module. What of it draws at random says so (<see cref="IStochastic"/>), or does it by an op that does.</param>
/// <param name="state">Its parameters and buffers.</param>
/// <param name="precision">What it is computed in.</param>
/// <param name="function">What of the module is traced.</param>
internal sealed class TracedGraphs(Module module, TorchState state, TorchPrecision precision, Func<Tensor[], Tensor[]> function) : IDisposable
{
    // Graphs hold constants, such as masks of a size; whoever feeds ever new sizes gets a new trace for each.
    private const int MostGraphs = 8;

    private readonly Dictionary<string, TorchGraph> _graphs = [];
    private readonly Module[] _modules = [.. module.NamedModules().Select(m => m.Value)];

    /// <summary>Whether some layer is in training mode.</summary>
    public bool IsTraining => Array.Exists(_modules, m => m.IsTraining);

    /// <summary>Does something with the graph for some inputs.</summary>
    public T Use<T>(Tensor[] inputs, Func<TorchGraph, T> use)
    {
        TensorSpec[] specs = [.. inputs.Select(x => x.Spec)];
        string key = $"{string.Join(' ', specs)} {string.Concat(_modules.Select(m => m.IsTraining ? '1' : '0'))}";
        if (_graphs.TryGetValue(key, out TorchGraph? graph))
        {
            return use(graph);
        }

        graph = Traced(specs);
        if (graph.DrawsAtRandom || Array.Exists(_modules, m => m is IStochastic && m.IsTraining))
        {
            using (graph)
            {
                return use(graph);
            }
        }

        if (_graphs.Count >= MostGraphs)
        {
            Dispose();
        }

        _graphs[key] = graph;
        return use(graph);
    }

    /// <summary>Makes a graph of the module ready.</summary>
    /// <param name="written">As it was traced, its constants by their names; it may be given back afterwards.</param>
    public TorchGraph Bind(Graph written) => TorchGraph.Of(written, state.Find, state.Device, precision);

    public void Dispose()
    {
        foreach (TorchGraph graph in _graphs.Values)
        {
            graph.Dispose();
        }

        _graphs.Clear();
    }

    private TorchGraph Traced(TensorSpec[] specs)
    {
        using Graph written = Graph.TraceWritten(function, specs).Name(module.NamedParameters().Concat(module.NamedBuffers()));
        return Bind(written);
    }
}
