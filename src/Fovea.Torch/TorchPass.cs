using Fovea.Torch.Running;

namespace Fovea.Torch;

/// <summary>One forward pass on libtorch, with what its gradients need.</summary>
public sealed class TorchPass : IDisposable
{
    private readonly TapedRun _run;
    private bool _disposed;

    internal TorchPass(TapedRun run)
    {
        _run = run;
        Output = run.Read()[0];
    }

    /// <summary>The module's result, which the scope owns that was current at the call: a leaf of our tape, from which a loss of ours may go on.</summary>
    public Tensor Output { get; }

    /// <summary>Has libtorch compute the gradients of the inputs and of the parameters. Once a pass.</summary>
    /// <param name="gradient">That of <see cref="Output"/>, of its shape and element type.</param>
    /// <returns>The gradients, which the current scope owns.</returns>
    /// <exception cref="ShapeException">The gradient has another shape.</exception>
    /// <exception cref="DTypeException">The gradient has another element type.</exception>
    /// <exception cref="TorchException">The gradients were computed already.</exception>
    public TorchGradients Backward(Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (gradient.Shape != Output.Shape)
        {
            throw new ShapeException("libtorch", $"a gradient of the result's shape {Output.Shape}", gradient.Shape.ToString());
        }

        if (gradient.DType != Output.DType)
        {
            throw new DTypeException("libtorch", Output.DType.ToString(), gradient.DType.ToString());
        }

        _run.Backward([gradient]);
        return new TorchGradients(_run.InputGradients(), _run.ParameterGradients().ToDictionary(g => g.Name, g => g.Gradient));
    }

    /// <summary>Gives libtorch's memory back. <see cref="Output"/> stays.</summary>
    public void Dispose()
    {
        _disposed = true;
        _run.Dispose();
    }
}

/// <summary>What a backward pass on libtorch found.</summary>
/// <param name="Inputs">For each input its gradient; null where none was asked for or the result does not depend on it.</param>
/// <param name="Parameters">By the parameters' names in the state dict; those that the result does not depend on are not there.</param>
public sealed record TorchGradients(IReadOnlyList<Tensor?> Inputs, IReadOnlyDictionary<string, Tensor> Parameters);
