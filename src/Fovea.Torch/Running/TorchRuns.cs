using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Running;

/// <summary>A function of a module on libtorch, forward and with its tape: what prediction, gradients and training are made of.</summary>
internal sealed class TorchRuns : IDisposable
{
    private readonly TracedGraphs _graphs;

    /// <param name="module">The module; its parameters and buffers move over.</param>
    /// <param name="options">Where and how.</param>
    /// <param name="function">What of the module is computed.</param>
    /// <exception cref="TorchException">The native library is not there, or the device.</exception>
    public TorchRuns(Module module, TorchOptions options, Func<Tensor[], Tensor[]> function)
    {
        var device = TorchDevice.Find(options);
        TorchContext.SetDeterministic(options.Deterministic);
        if (options.Device != TorchDevice.Processor)
        {
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.Precision == TorchPrecision.TensorFloat32;
        }

        State = new TorchState(module, device);
        _graphs = new TracedGraphs(module, State, options.Precision, function);
        Scale = new GradientScale(options.Precision);
    }

    /// <summary>The parameters and buffers.</summary>
    public TorchState State { get; }

    /// <summary>What gradients are multiplied by on their way.</summary>
    public GradientScale Scale { get; }

    /// <inheritdoc cref="TracedGraphs.Bind"/>
    public TorchGraph Bind(Graph written) => _graphs.Bind(written);

    /// <summary>Moves the module's parameters and buffers over again.</summary>
    public void ReadState()
    {
        TorchLibrary.Load();
        State.ReadAll();
    }

    /// <summary>Moves inputs over.</summary>
    public TorchTensor[] Write(Tensor[] inputs) => Array.ConvertAll(inputs, State.Device.Write);

    /// <summary>Computes the outputs of inputs that have moved over; the outputs are the caller's.</summary>
    public GraphRun Run(Tensor[] inputs, TorchTensor[] moved)
    {
        TorchLibrary.Load();
        return _graphs.Use(inputs, graph =>
        {
            TorchTensor[] outputs = Watched(inputs[0].Shape, graph.Bytes, () => graph.Run(moved));
            if (_graphs.IsTraining)
            {
                State.ReadBuffers();
            }

            return new GraphRun(outputs, graph.Outputs, graph.Bytes);
        });
    }

    /// <summary>The first output of inputs, without gradients; the current scope owns it.</summary>
    public Tensor Compute(Tensor[] inputs)
    {
        using IDisposable still = torch.no_grad();
        TorchTensor[] moved = Write(inputs);
        try
        {
            GraphRun made = Run(inputs, moved);
            using TorchTensor output = made.Outputs[0];
            return TorchValues.Read(output, made.Specs[0]);
        }
        finally
        {
            Array.ForEach(moved, t => t.Dispose());
        }
    }

    /// <summary>Does something that may find no memory on the device.</summary>
    /// <param name="input">What the module was given.</param>
    /// <param name="values">What the values of its graph take together.</param>
    /// <param name="work">What to do.</param>
    /// <exception cref="MemoryException">There is none left; the message says which batch would fit.</exception>
    public T Watched<T>(Shape input, long values, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (DeviceMemory.IsExhausted(e))
        {
            throw DeviceMemory.Error(e, input, State.Bytes, values);
        }
    }

    /// <summary>Computes the outputs and keeps what their gradients need.</summary>
    public TapedRun Forward(Tensor[] inputs)
    {
        TorchTensor[] moved = Write(inputs);
        try
        {
            for (int i = 0; i < moved.Length; i++)
            {
                moved[i].requires_grad = inputs[i].RequiresGrad;
            }

            return new TapedRun(this, moved, [.. inputs.Select(x => x.Spec)], Run(inputs, moved));
        }
        catch
        {
            Array.ForEach(moved, t => t.Dispose());
            throw;
        }
    }

    public void Dispose()
    {
        _graphs.Dispose();
        State.Dispose();
    }
}

/// <summary>What a run of a graph made.</summary>
/// <param name="Outputs">The outputs, which are the taker's to dispose.</param>
/// <param name="Specs">What they are.</param>
/// <param name="Bytes">What all values of the graph take together.</param>
internal sealed record GraphRun(TorchTensor[] Outputs, IReadOnlyList<TensorSpec> Specs, long Bytes);
