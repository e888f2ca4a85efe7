namespace Fovea;

/// <summary>
/// Owns the tensors made inside it and gives their memory back when it is disposed, except those handed to <see cref="Keep"/>.
/// Scopes nest and flow across await. What the tape saved for a backward pass is shared with the tape and survives the scope.
/// </summary>
/// <example>
/// <code>
/// using var scope = TensorScope.Begin();
/// Tensor hidden = (x * weight).Relu();
/// return scope.Keep(hidden.Mean());
/// </code>
/// </example>
public sealed class TensorScope : IDisposable
{
    private readonly List<Tensor> _owned = [];
    private readonly TensorScope? _parent;
    private bool _closed;

    private TensorScope(TensorScope? parent) => _parent = parent;

    /// <summary>Opens a scope inside the current one.</summary>
    public static TensorScope Begin()
    {
        Execution current = Execution.Current;
        var scope = new TensorScope(current.Scope);
        Execution.Current = current with { Scope = scope };
        return scope;
    }

    /// <summary>Hands a tensor to the scope around this one (or, at the outermost, to the caller and the garbage collector).</summary>
    /// <returns>The same tensor.</returns>
    public Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Scope == this)
        {
            tensor.Scope = null;
            _parent?.Own(tensor);
        }

        return tensor;
    }

    /// <summary>Takes a tensor out of every scope: it lives until it is disposed or collected. For parameters, buffers and caches.</summary>
    /// <returns>The same tensor.</returns>
    public static Tensor Detach(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensor.Scope = null;
        return tensor;
    }

    /// <summary>Disposes what the scope owns and makes the scope around it current again.</summary>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        if (Execution.Current.Scope == this)
        {
            Execution.Current = Execution.Current with { Scope = _parent };
        }

        lock (_owned)
        {
            foreach (Tensor tensor in _owned)
            {
                if (tensor.Scope == this)
                {
                    tensor.Dispose();
                }
            }

            _owned.Clear();
        }
    }

    internal void Own(Tensor tensor)
    {
        lock (_owned)
        {
            tensor.Scope = this;
            _owned.Add(tensor);
        }
    }
}
