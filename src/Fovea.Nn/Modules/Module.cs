namespace Fovea;

/// <summary>
/// A part of a model: parameters, buffers and child modules under the names that a state dict uses. Everything is registered by name, in
/// the constructor or, where init properties have a say in the parts, in <see cref="Build"/>; nothing is found by reflection.
/// </summary>
public abstract class Module
{
    private readonly List<(string Name, Tensor Value)> _parameters = [];
    private readonly List<(string Name, Tensor Value)> _buffers = [];
    private readonly List<(string Name, Module Value)> _children = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly PartsBuild _build = new();
    private FormulaCache? _formulas;
    private Func<Module, Tensor[], Tensor, Tensor>? _afterCall;
    private string? _name;

    /// <summary>Whether the module is in training mode (the default), which batch norm and dropout ask for.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>The child modules with their names, in the order of registration.</summary>
    public IReadOnlyList<(string Name, Module Value)> Children => Built._children;

    /// <summary>This module's own parameters, without those of its children.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> OwnParameters => Built._parameters;

    /// <summary>This module's own buffers, without those of its children.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> OwnBuffers => Built._buffers;

    /// <summary>Whether anybody listens to the module's calls.</summary>
    internal bool HasListeners => Volatile.Read(ref _afterCall) is not null;

    private Module Built
    {
        get
        {
            _build.Ensure(this);
            return this;
        }
    }

    /// <summary>
    /// Whether <see cref="Forward(Tensor)"/> is a formula (default false): which ops it runs, and with what numbers, follows from the shapes of
    /// its inputs, from options that never change, from the recorder being on and from who is in training mode; and the ops read nothing but
    /// inputs, parameters and buffers. Fused ops may then compute it. Fields that change and numbers read from tensors make it none.
    /// </summary>
    protected virtual bool IsFormula => false;

    /// <summary>Computes the module's result. Call it through <see cref="Call(Tensor)"/>.</summary>
    /// <exception cref="ShapeException">The input does not fit.</exception>
    protected abstract Tensor Forward(Tensor x);

    /// <summary>Computes the result for several inputs; modules that take more than one override it.</summary>
    /// <exception cref="ShapeException">The number or the shapes of the inputs do not fit.</exception>
    protected virtual Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length == 1
        ? Forward(inputs[0])
        : throw new ShapeException(GetType().Name, "one input", $"{inputs.Length}");

    /// <summary>Runs the module. Tensors made on the way are given back when it returns (the tape keeps its own shares).</summary>
    public Tensor Call(Tensor x)
    {
        EnsureBuilt();
        using IDisposable? part = EnterTrace();
        using TensorScope scope = TensorScope.Begin();
        return TellListeners(scope, ByPlan(x) ?? Forward(x), x);
    }

    /// <summary>Runs a module of several inputs, in the order that its documentation gives.</summary>
    public Tensor Call(params ReadOnlySpan<Tensor> inputs)
    {
        EnsureBuilt();
        using IDisposable? part = EnterTrace();
        using TensorScope scope = TensorScope.Begin();
        return TellListeners(scope, ByPlan(inputs) ?? Forward(inputs), inputs);
    }

    /// <summary>Listens to the module's calls, beside others who do: until the returned value is disposed.</summary>
    /// <param name="listener">Gets the module, the inputs and the output after each call, in the order of registration.</param>
    public IDisposable AfterCall(Action<Module, Tensor[], Tensor> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        return new Listening(this, (module, inputs, y) =>
        {
            listener(module, inputs, y);
            return y;
        });
    }

    /// <summary>
    /// Puts something else in the place of what the module's calls give, until the returned value is disposed: for looking at what becomes of a
    /// model without a part, a head, a channel. Those who listen later hear of what was put there.
    /// </summary>
    /// <param name="change">
    /// Gets the module, the inputs and the output after each call, and gives what the caller gets: the output as it is, or another tensor, made
    /// by ops where gradients are to flow. The output itself is not to be written to: others may read the same memory.
    /// </param>
    public IDisposable ChangeOutput(Func<Module, Tensor[], Tensor, Tensor> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new Listening(this, change);
    }

    /// <summary>All parameters with dotted names, own first, then the children's in order.</summary>
    public IEnumerable<(string Name, Tensor Value)> NamedParameters(string prefix = "") => Walk(prefix, m => m._parameters);

    /// <summary>All buffers with dotted names.</summary>
    public IEnumerable<(string Name, Tensor Value)> NamedBuffers(string prefix = "") => Walk(prefix, m => m._buffers);

    /// <summary>This module and all below it, with dotted names; its own name is <paramref name="prefix"/>.</summary>
    public IEnumerable<(string Name, Module Value)> NamedModules(string prefix = "")
    {
        // Its own parameters are read by who walks here, before the children are asked for.
        EnsureBuilt();
        yield return (prefix, this);
        foreach ((string name, Module child) in Children)
        {
            foreach ((string, Module) found in child.NamedModules(Join(prefix, name)))
            {
                yield return found;
            }
        }
    }

    /// <summary>All parameters.</summary>
    public IEnumerable<Tensor> Parameters() => NamedParameters().Select(p => p.Value);

    /// <summary>Switches the module and all below it to training mode, or out of it.</summary>
    /// <returns>The same module.</returns>
    public Module Train(bool training = true)
    {
        foreach ((_, Module module) in NamedModules())
        {
            module.IsTraining = training;
        }

        return this;
    }

    /// <summary>Switches the module and all below it to evaluation mode.</summary>
    /// <returns>The same module.</returns>
    public Module Eval() => Train(false);

    /// <summary>
    /// Converts all floating-point parameters and buffers, in place: to Float64 for references and gradient checks, and back.
    /// </summary>
    /// <returns>The same module.</returns>
    /// <exception cref="DTypeException"><paramref name="dtype"/> is not a floating-point type.</exception>
    public Module To(DType dtype)
    {
        if (!dtype.IsFloating())
        {
            throw new DTypeException("Module.To", "Float32 or Float64", dtype.ToString());
        }

        foreach ((_, Tensor value) in NamedParameters().Concat(NamedBuffers()).Where(t => t.Value.DType.IsFloating()))
        {
            value.ConvertInPlace(dtype);
        }

        return this;
    }

    /// <summary>Drops all gradients.</summary>
    public void ClearGrads()
    {
        foreach (Tensor parameter in Parameters())
        {
            parameter.ClearGrad();
        }
    }

    /// <summary>
    /// Registers the parts of a module whose init properties have a say in them. It runs once, on one thread, before anything needs the
    /// parts: a call, a registration with a parent, a look at parameters, buffers, children or names. The default registers nothing.
    /// </summary>
    /// <exception cref="OptionException">The options do not go together.</exception>
    protected internal virtual void Build()
    {
    }

    /// <summary>Has <see cref="Build"/> run if it has not yet. A module's own public methods other than the calls begin with it.</summary>
    /// <exception cref="OptionException">The options do not go together.</exception>
    protected internal void EnsureBuilt() => _build.Ensure(this);

    /// <summary>Gives this module's own parameters and buffers their first values. Children have done so already.</summary>
    /// <param name="generator">A generator for this module alone.</param>
    protected internal virtual void Reset(Generator generator)
    {
    }

    /// <summary>Calls <see cref="Reset"/> at the end of a constructor, unless initialisation is deferred.</summary>
    protected void ResetUnlessDeferred()
    {
        if (Initialization.Next() is { } generator)
        {
            Reset(generator);
        }
    }

    /// <summary>Names the ops that follow after this module in a trace, until the returned value is disposed; see <see cref="Graph.Enter"/>.</summary>
    private protected IDisposable? EnterTrace() => _name is null ? null : Graph.Enter(_name);

    /// <summary>Tells those who listen of a call, one after the other.</summary>
    /// <param name="scope">The scope of the call.</param>
    /// <param name="y">What the module made.</param>
    /// <param name="inputs">Of what.</param>
    /// <returns>What the caller gets, handed to the scope around the call.</returns>
    private protected Tensor TellListeners(TensorScope scope, Tensor y, params ReadOnlySpan<Tensor> inputs)
    {
        scope.Keep(y);
        if (Volatile.Read(ref _afterCall) is not { } listeners)
        {
            return y;
        }

        Tensor[] given = inputs.ToArray();
        foreach (Func<Module, Tensor[], Tensor, Tensor> listener in Delegate.EnumerateInvocationList(listeners))
        {
            y = listener(this, given, y);
        }

        return scope.Keep(y);
    }

    /// <summary>Registers a parameter: it requires a gradient and belongs to no scope.</summary>
    /// <returns>The same tensor.</returns>
    protected Tensor RegisterParameter(string name, Tensor value)
    {
        CheckName(name);
        TensorScope.Detach(value);
        value.RequiresGrad = true;
        _parameters.Add((name, value));
        return value;
    }

    /// <summary>Registers a buffer: saved with the parameters, without a gradient.</summary>
    /// <returns>The same tensor.</returns>
    protected Tensor RegisterBuffer(string name, Tensor value)
    {
        CheckName(name);
        TensorScope.Detach(value);
        _buffers.Add((name, value));
        return value;
    }

    /// <summary>Registers a child module.</summary>
    /// <returns>The same module.</returns>
    protected TModule Register<TModule>(string name, TModule child)
        where TModule : Module
    {
        ArgumentNullException.ThrowIfNull(child);
        CheckName(name);
        child.EnsureBuilt();
        _children.Add((name, child));
        ((Module)child)._name = name;
        return child;
    }

    /// <summary>The formula as it is written.</summary>
    internal Tensor Written(Tensor[] inputs) => inputs.Length == 1 ? Forward(inputs[0]) : Forward(inputs);

    /// <summary>
    /// The result by the ops that were planned for such inputs. Null where the formula is to run as it is written: it is a part of one that
    /// is being traced, or somebody listens to calls below that would not be made.
    /// </summary>
    private Tensor? ByPlan(params ReadOnlySpan<Tensor> inputs)
    {
        ulong modes = 1;
        if (!IsFormula || Execution.Current.Trace is { IsFormula: true } || !AddModes(ref modes))
        {
            return null;
        }

        if (_formulas is null)
        {
            Interlocked.CompareExchange(ref _formulas, new FormulaCache(), null);
        }

        return _formulas.Run(this, modes, inputs);
    }

    /// <summary>Adds a bit for this module and each below it: whether it trains. False when somebody listens below, or there are too many.</summary>
    private bool AddModes(ref ulong modes)
    {
        foreach ((_, Module child) in _children)
        {
            if (child.HasListeners || !child.AddModes(ref modes))
            {
                return false;
            }
        }

        bool fits = modes <= ulong.MaxValue >> 1;
        modes = (modes << 1) | (IsTraining ? 1UL : 0);
        return fits;
    }

    private static string Join(string prefix, string name) => prefix.Length == 0 ? name : $"{prefix}.{name}";

    private IEnumerable<(string Name, Tensor Value)> Walk(string prefix, Func<Module, List<(string Name, Tensor Value)>> own) =>
        NamedModules(prefix).SelectMany(m => own(m.Value).Select(t => (Join(m.Name, t.Name), t.Value)));

    private void CheckName(string name)
    {
        if (name.Length == 0 || !_names.Add(name))
        {
            throw new ArgumentException($"{GetType().Name}: expected a new, non-empty name to register, got \"{name}\".");
        }
    }

    private sealed class Listening : IDisposable
    {
        private readonly Module _module;
        private Func<Module, Tensor[], Tensor, Tensor>? _listener;

        public Listening(Module module, Func<Module, Tensor[], Tensor, Tensor> listener)
        {
            _module = module;

            // A delegate of its own: two registrations of one method are two.
            _listener = (m, inputs, y) => listener(m, inputs, y);
            Change(list => list + _listener);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _listener, null) is { } listener)
            {
                Change(list => list - listener);
            }
        }

        private void Change(Func<Func<Module, Tensor[], Tensor, Tensor>?, Func<Module, Tensor[], Tensor, Tensor>?> change)
        {
            Func<Module, Tensor[], Tensor, Tensor>? before;
            do
            {
                before = Volatile.Read(ref _module._afterCall);
            }
            while (!ReferenceEquals(Interlocked.CompareExchange(ref _module._afterCall, change(before), before), before));
        }
    }
}
