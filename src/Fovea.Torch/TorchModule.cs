using Fovea.Torch.Running;
using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch;

/// <summary>
/// A module that runs on libtorch: its graph, traced as it is written, by libtorch's ops, on the processor and with as many threads as our engine has. In evaluation
/// mode a graph is kept for each shape of the inputs. In training mode the module is traced for every call, as what it draws at random differs;
/// batch norms use the batch's statistics, and the module's running ones follow.
/// <para>
/// Parameters and buffers move over once. After the module's own have changed (by an optimiser, by loading weights) <see cref="ReadState"/> moves
/// them again. One thread at a time may use it. Results are those of our engine within rounding, as the two sum in other orders; they are
/// not the same bits.
/// </para>
/// </summary>
/// <example>
/// <code>
/// using var torch = new TorchModule(model.Eval());
/// Tensor logits = torch.Run(images);
/// </code>
/// </example>
public sealed class TorchModule : IDisposable
{
    // Graphs hold constants, such as masks of a size; whoever feeds ever new sizes gets a new trace for each.
    private const int MostGraphs = 8;

    private readonly Module _module;
    private readonly Dictionary<string, (Tensor Ours, TorchTensor Theirs)> _state = [];
    private readonly Dictionary<string, TorchGraph> _graphs = [];
    private readonly HashSet<string> _parameters;
    private bool _disposed;

    /// <summary>Moves a module's parameters and buffers to libtorch.</summary>
    /// <param name="module">Stays as it is, but for the running statistics in training mode. In float32 or float64.</param>
    /// <exception cref="TorchException">The native library is not there: see <see cref="TorchLibrary"/>.</exception>
    public TorchModule(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        TorchLibrary.Load();
        _module = module;
        _parameters = [.. module.NamedParameters().Select(p => p.Name)];
        foreach ((string name, Tensor value) in module.NamedParameters().Concat(module.NamedBuffers()))
        {
            TorchTensor moved = TorchValues.Write(value);
            moved.requires_grad = value.RequiresGrad && _parameters.Contains(name);
            _state[name] = (value, moved);
        }
    }

    /// <summary>
    /// Moves the module's parameters and buffers to libtorch again, and takes over which of them are frozen. Ask for no gradients of calls before that.
    /// </summary>
    /// <exception cref="TorchException">The module was converted to another element type since.</exception>
    public void ReadState()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        foreach ((string name, (Tensor ours, TorchTensor theirs)) in _state)
        {
            if (TorchValues.ElementOf(ours.DType) != theirs.dtype)
            {
                throw new TorchException($"expected {name} in {theirs.dtype} as it was moved, got {ours.DType}; make a new TorchModule after converting a module.");
            }

            TorchValues.Overwrite(theirs, ours);
            theirs.requires_grad = ours.RequiresGrad && _parameters.Contains(name);
        }
    }

    /// <summary>Computes the module's result, without gradients.</summary>
    /// <param name="inputs">In the order in which the module takes them.</param>
    /// <returns>The result, which the current scope owns.</returns>
    /// <exception cref="ShapeException">The module does not take such inputs.</exception>
    /// <exception cref="CompileException">The module reads values outside of ops.</exception>
    /// <exception cref="TorchException">An op has no form in libtorch.</exception>
    public Tensor Run(params Tensor[] inputs)
    {
        Enter(inputs);
        using IDisposable still = torch.no_grad();
        TorchTensor[] moved = Array.ConvertAll(inputs, TorchValues.Write);
        try
        {
            (TorchGraph graph, bool isKept) = Graph(inputs);
            try
            {
                using TorchTensor output = graph.Run(moved)[0];
                ReadBuffers();
                return TorchValues.Read(output, graph.Outputs[0]);
            }
            finally
            {
                if (!isKept)
                {
                    graph.Dispose();
                }
            }
        }
        finally
        {
            Array.ForEach(moved, t => t.Dispose());
        }
    }

    /// <summary>Computes the module's result and keeps what its gradients need.</summary>
    /// <param name="inputs">In the order in which the module takes them; those whose <see cref="Tensor.RequiresGrad"/> is set get a gradient too.</param>
    /// <returns>The pass, to be disposed when its gradients are there or not wanted.</returns>
    /// <exception cref="ShapeException">The module does not take such inputs.</exception>
    /// <exception cref="CompileException">The module reads values outside of ops.</exception>
    /// <exception cref="TorchException">An op has no form in libtorch.</exception>
    public TorchPass Forward(params Tensor[] inputs)
    {
        Enter(inputs);
        TorchTensor[] moved = Array.ConvertAll(inputs, TorchValues.Write);
        try
        {
            for (int i = 0; i < moved.Length; i++)
            {
                moved[i].requires_grad = inputs[i].RequiresGrad;
            }

            (TorchGraph graph, bool isKept) = Graph(inputs);
            try
            {
                TorchTensor output = graph.Run(moved)[0];
                ReadBuffers();
                return new TorchPass(output, graph.Outputs[0], moved, [.. inputs.Select(x => x.Spec)],
                    [.. _state.Where(s => _parameters.Contains(s.Key)).Select(s => (s.Key, s.Value.Theirs, s.Value.Ours.Spec))]);
            }
            finally
            {
                if (!isKept)
                {
                    graph.Dispose();
                }
            }
        }
        catch
        {
            Array.ForEach(moved, t => t.Dispose());
            throw;
        }
    }

    /// <summary>Gives libtorch's memory back. The module stays.</summary>
    public void Dispose()
    {
        _disposed = true;
        DropGraphs();
        foreach ((_, TorchTensor theirs) in _state.Values)
        {
            theirs.Dispose();
        }

        _state.Clear();
    }

    private void Enter(Tensor[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(_disposed, this);
        TorchLibrary.Load();
    }

    // In training mode statistics have moved: theirs are the ones that evaluation reads next.
    private void ReadBuffers()
    {
        if (!IsTraining)
        {
            return;
        }

        foreach ((string name, (Tensor ours, TorchTensor theirs)) in _state)
        {
            if (!_parameters.Contains(name))
            {
                TorchValues.Overwrite(theirs, ours);
            }
        }
    }

    private bool IsTraining => _module.NamedModules().Any(m => m.Value.IsTraining);

    private (TorchGraph Graph, bool IsKept) Graph(Tensor[] inputs)
    {
        TensorSpec[] specs = [.. inputs.Select(x => x.Spec)];
        if (IsTraining)
        {
            return (Traced(specs), false);
        }

        string key = string.Join(' ', specs);
        if (!_graphs.TryGetValue(key, out TorchGraph? graph))
        {
            if (_graphs.Count >= MostGraphs)
            {
                DropGraphs();
            }

            _graphs[key] = graph = Traced(specs);
        }

        return (graph, true);
    }

    private TorchGraph Traced(TensorSpec[] specs)
    {
        using Graph written = global::Fovea.Graph.TraceWritten(x => [x.Length == 1 ? _module.Call(x[0]) : _module.Call(x)], specs)
            .Name(_module.NamedParameters().Concat(_module.NamedBuffers()));
        return TorchGraph.Of(written, name => _state.TryGetValue(name, out (Tensor Ours, TorchTensor Theirs) value) ? value.Theirs : null);
    }

    private void DropGraphs()
    {
        foreach (TorchGraph graph in _graphs.Values)
        {
            graph.Dispose();
        }

        _graphs.Clear();
    }
}
