using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch;

/// <summary>One forward pass on libtorch, with what its gradients need.</summary>
public sealed class TorchPass : IDisposable
{
    private readonly TorchTensor _output;
    private readonly TorchTensor[] _inputs;
    private readonly TensorSpec[] _specs;
    private readonly (string Name, TorchTensor Value, TensorSpec Spec)[] _parameters;
    private bool _isPassed;
    private bool _disposed;

    internal TorchPass(TorchTensor output, TensorSpec spec, TorchTensor[] inputs, TensorSpec[] specs, (string, TorchTensor, TensorSpec)[] parameters)
    {
        (_output, _inputs, _specs, _parameters) = (output, inputs, specs, parameters);
        Output = TorchValues.Read(output, spec);
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

        if (_isPassed)
        {
            throw new TorchException("expected one backward pass, got another of the same forward pass; run Forward again.");
        }

        _isPassed = true;
        if (_output.requires_grad)
        {
            using TorchTensor moved = TorchValues.Write(gradient);
            _output.backward([moved]);
        }

        Tensor?[] inputs = [.. _inputs.Select((x, i) => Take(x, _specs[i]))];
        var parameters = new Dictionary<string, Tensor>();
        foreach ((string name, TorchTensor value, TensorSpec spec) in _parameters)
        {
            if (Take(value, spec) is { } found)
            {
                parameters[name] = found;
            }
        }

        return new TorchGradients(inputs, parameters);
    }

    /// <summary>Gives libtorch's memory back. <see cref="Output"/> stays.</summary>
    public void Dispose()
    {
        _disposed = true;
        _output.Dispose();
        Array.ForEach(_inputs, t => t.Dispose());
    }

    // A leaf's gradient is read and cleared, so that the next pass does not add to it.
    private static Tensor? Take(TorchTensor leaf, TensorSpec spec)
    {
        using TorchTensor? grad = leaf.requires_grad ? leaf.grad : null;
        if (grad is null)
        {
            return null;
        }

        Tensor found = TorchValues.Read(grad, spec);
        leaf.grad = null;
        return found;
    }
}

/// <summary>What a backward pass on libtorch found.</summary>
/// <param name="Inputs">For each input its gradient; null where none was asked for or the result does not depend on it.</param>
/// <param name="Parameters">By the parameters' names in the state dict; those that the result does not depend on are not there.</param>
public sealed record TorchGradients(IReadOnlyList<Tensor?> Inputs, IReadOnlyDictionary<string, Tensor> Parameters);
