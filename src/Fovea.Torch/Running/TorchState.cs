using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Running;

/// <summary>A module's parameters and buffers in libtorch's memory, by their names in the state dict.</summary>
internal sealed class TorchState : IDisposable
{
    private readonly Dictionary<string, (Tensor Ours, TorchTensor Theirs)> _values = [];
    private readonly HashSet<string> _parameters;

    public TorchState(Module module, TorchDevice device)
    {
        Device = device;
        _parameters = [.. module.NamedParameters().Select(p => p.Name)];
        foreach ((string name, Tensor value) in module.NamedParameters().Concat(module.NamedBuffers()))
        {
            TorchTensor moved = device.Write(value);
            moved.requires_grad = value.RequiresGrad && _parameters.Contains(name);
            _values[name] = (value, moved);
        }
    }

    /// <summary>Where they are.</summary>
    public TorchDevice Device { get; }

    /// <summary>What they take, with the gradients of those that are trained.</summary>
    public long Bytes => _values.Values.Sum(v => v.Ours.Spec.Bytes * (v.Theirs.requires_grad ? 2 : 1));

    /// <summary>The parameters: ours, and theirs, which is a leaf of libtorch's tape.</summary>
    public IEnumerable<(string Name, Tensor Ours, TorchTensor Theirs)> Parameters =>
        _values.Where(v => _parameters.Contains(v.Key)).Select(v => (v.Key, v.Value.Ours, v.Value.Theirs));

    /// <summary>What stands for a name; null for a name that is none of the module's.</summary>
    public TorchTensor? Find(string name) => _values.TryGetValue(name, out (Tensor Ours, TorchTensor Theirs) value) ? value.Theirs : null;

    /// <summary>Moves everything over again, and which parameters are frozen.</summary>
    /// <exception cref="TorchException">The module was converted to another element type since.</exception>
    public void ReadAll()
    {
        foreach ((string name, (Tensor ours, TorchTensor theirs)) in _values)
        {
            if (TorchValues.ElementOf(ours.DType) != theirs.dtype)
            {
                throw new TorchException($"expected {name} in {theirs.dtype} as it was moved, got {ours.DType}; make a new TorchModule after converting a module.");
            }

            Device.Overwrite(theirs, ours);
            theirs.requires_grad = ours.RequiresGrad && _parameters.Contains(name);
        }
    }

    /// <summary>Moves the buffers over again: statistics have moved, and theirs are the ones that evaluation reads next.</summary>
    public void ReadBuffers()
    {
        foreach ((string name, (Tensor ours, TorchTensor theirs)) in _values)
        {
            if (!_parameters.Contains(name))
            {
                Device.Overwrite(theirs, ours);
            }
        }
    }

    public void Dispose()
    {
        foreach ((_, TorchTensor theirs) in _values.Values)
        {
            theirs.Dispose();
        }

        _values.Clear();
    }
}
