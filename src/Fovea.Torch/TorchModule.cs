using Fovea.Torch.Running;

namespace Fovea.Torch;

/// <summary>
/// A module that runs on libtorch: its graph, traced as it is written, by libtorch's ops, on the processor (with as many threads as our engine has) or on a GPU. A graph is
/// kept for each shape of the inputs, but for modules that draw at random, which are traced for every call. In training mode batch norms use the batch's statistics, and
/// the module's running ones follow.
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
    private readonly TorchRuns _runs;
    private bool _disposed;

    /// <summary>Moves a module's parameters and buffers to libtorch.</summary>
    /// <param name="module">Stays as it is, but for the running statistics in training mode. In float32 or float64.</param>
    /// <param name="options">Where and how it computes; null for the processor, in the module's element type.</param>
    /// <exception cref="TorchException">The native library is not there (see <see cref="TorchLibrary"/>), or the device.</exception>
    public TorchModule(Module module, TorchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        _runs = new TorchRuns(module, options ?? new TorchOptions(), x => [x.Length == 1 ? module.Call(x[0]) : module.Call(x)]);
    }

    /// <summary>
    /// Moves the module's parameters and buffers to libtorch again, and takes over which of them are frozen. Ask for no gradients of calls before that.
    /// </summary>
    /// <exception cref="TorchException">The module was converted to another element type since.</exception>
    public void ReadState()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _runs.ReadState();
    }

    /// <summary>Computes the module's result, without gradients.</summary>
    /// <param name="inputs">In the order in which the module takes them.</param>
    /// <returns>The result, which the current scope owns.</returns>
    /// <exception cref="ShapeException">The module does not take such inputs.</exception>
    /// <exception cref="CompileException">The module reads values outside of ops.</exception>
    /// <exception cref="TorchException">An op has no form in libtorch.</exception>
    public Tensor Run(params Tensor[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _runs.Compute(inputs);
    }

    /// <summary>Computes the module's result and keeps what its gradients need.</summary>
    /// <param name="inputs">In the order in which the module takes them; those whose <see cref="Tensor.RequiresGrad"/> is set get a gradient too.</param>
    /// <returns>The pass, to be disposed when its gradients are there or not wanted.</returns>
    /// <exception cref="ShapeException">The module does not take such inputs.</exception>
    /// <exception cref="CompileException">The module reads values outside of ops.</exception>
    /// <exception cref="TorchException">An op has no form in libtorch.</exception>
    public TorchPass Forward(params Tensor[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new TorchPass(_runs.Forward(inputs));
    }

    /// <summary>Gives libtorch's memory back. The module stays.</summary>
    public void Dispose()
    {
        _disposed = true;
        _runs.Dispose();
    }
}
