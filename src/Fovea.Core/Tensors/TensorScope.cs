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
    private int _tidyAt = 1024;

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
            HandOver(tensor);
        }

        return tensor;
    }

    /// <summary>Takes a tensor out of every scope: it lives until it is disposed or collected. For parameters, buffers and caches.</summary>
    /// <returns>The same tensor.</returns>
    public static Tensor Detach(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensor.Scope = null;
        tensor.MarkUnowned();
        return tensor;
    }

    /// <summary>Disposes what the scope owns and makes the scope around it current again.</summary>
    public void Dispose()
    {
        lock (_owned)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            foreach (Tensor tensor in _owned)
            {
                if (tensor.Scope == this)
                {
                    if (_parent is null && tensor.StorageOrNull is { IsExclusive: false } shared)
                    {
                        // A view has it as well, and there is no scope around this one that will end.
                        shared.MarkUnowned();
                    }

                    tensor.Dispose();
                }
            }

            _owned.Clear();
        }

        if (Execution.Current.Scope == this)
        {
            // Scopes closed out of order: the one around may be gone already.
            Execution.Current = Execution.Current with { Scope = FirstOpen(_parent) };
        }
    }

    internal void Own(Tensor tensor)
    {
        for (TensorScope? scope = this; scope is not null; scope = scope._parent)
        {
            // A task that outlives the scope it was started in still has it as its own; the next one out takes over.
            if (scope.TryOwn(tensor))
            {
                return;
            }
        }

        tensor.MarkUnowned();
    }

    private void HandOver(Tensor tensor)
    {
        if (_parent is not null)
        {
            _parent.Own(tensor);
        }
        else
        {
            tensor.MarkUnowned();
        }
    }

    private static TensorScope? FirstOpen(TensorScope? scope)
    {
        while (scope is { _closed: true })
        {
            scope = scope._parent;
        }

        return scope;
    }

    private bool TryOwn(Tensor tensor)
    {
        lock (_owned)
        {
            if (_closed)
            {
                return false;
            }

            if (_owned.Count >= _tidyAt)
            {
                // A scope around a whole run must not remember every tensor that came and went.
                _owned.RemoveAll(t => t.Scope != this || t.IsDisposed);
                _tidyAt = Math.Max(1024, 2 * _owned.Count);
            }

            tensor.Scope = this;
            _owned.Add(tensor);
            return true;
        }
    }
}
