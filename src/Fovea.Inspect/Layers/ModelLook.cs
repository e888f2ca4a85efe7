using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>
/// A look at a model while it runs: in evaluation mode, with ears at its modules that hear the calls of this look alone, though others may run
/// the model at the same time. What it makes lives until it is disposed; of the model nothing stays changed. Where <see cref="EngineLooks"/> says so, another
/// engine runs it: then what modules give has no values before the run has ended.
/// </summary>
internal sealed class ModelLook : IDisposable
{
    private static readonly AsyncLocal<ModelLook?> s_current = new();
    private readonly ModelLook? _before = s_current.Value;
    private readonly EvaluationMode _mode;
    private readonly TensorScope _scope;
    private readonly List<IDisposable> _held = [];
    private readonly EngineRuns? _elsewhere;

    public ModelLook(Module model)
    {
        (Model, _mode, _scope) = (model, new EvaluationMode(model), TensorScope.Begin());
        s_current.Value = this;
        _elsewhere = EngineLooks.Of(model) is { } there ? Add(new EngineRuns(there)) : null;
    }

    public Module Model { get; }

    /// <summary>Hears the calls of a module.</summary>
    public IDisposable Listen(Module module, Action<Module, Tensor[], Tensor> listener) => Add(module.AfterCall((m, inputs, y) =>
    {
        if (s_current.Value == this)
        {
            listener(m, inputs, y);
        }
    }));

    /// <summary>Changes what the calls of a module give.</summary>
    public IDisposable Change(Module module, Func<Tensor, Tensor> change) => Change(module, (_, y) => change(y));

    /// <summary>Changes what the calls of a module give, by what they got.</summary>
    public IDisposable Change(Module module, Func<Tensor[], Tensor, Tensor> change) =>
        Add(module.ChangeOutput((_, inputs, y) => s_current.Value == this ? change(inputs, y) : y));

    /// <summary>Keeps the values of something that a module made, beyond the scope that it was made in, as long as the look lasts.</summary>
    public Tensor Hold(Tensor made) => Add(AttentionRecorder.Share(made));

    /// <summary>Runs the model without a tape.</summary>
    public Tensor Run(Tensor images)
    {
        using IDisposable still = GradMode.NoGrad();
        return _elsewhere?.Run(Model, images, keepsTape: false) ?? Model.Call(images);
    }

    /// <summary>Runs the model on the tape, whether its weights require gradients or not.</summary>
    /// <returns>The output, and the images as a leaf of the tape.</returns>
    public (Tensor Output, Tensor Images) RunOnTape(Tensor images)
    {
        using IDisposable recording = GradMode.EnableGrad();
        Tensor leaf = images.Detach();
        if (_elsewhere is not null)
        {
            return (_elsewhere.Run(Model, leaf, keepsTape: true), leaf);
        }

        leaf.RequiresGrad = true;
        return (Model.Call(leaf), leaf);
    }

    /// <summary>The gradients of a sum of scores with respect to the images of the last run on the tape, or to what modules made in it.</summary>
    /// <param name="scores">What is summed, computed from the output.</param>
    /// <param name="of">The images as that run gave them, or what a listener heard.</param>
    /// <returns>For each its gradient; null where the scores do not depend on it.</returns>
    public Tensor?[] Gradients(Tensor scores, params IReadOnlyList<Tensor> of)
    {
        Tensor sum = scores.Sum();
        return !sum.RequiresGrad ? new Tensor?[of.Count] : _elsewhere?.Gradients(sum, of) ?? sum.Gradients([.. of]);
    }

    public void Dispose()
    {
        _held.ForEach(static h => h.Dispose());
        _scope.Dispose();
        _mode.Dispose();
        s_current.Value = _before;
    }

    private T Add<T>(T held)
        where T : IDisposable
    {
        _held.Add(held);
        return held;
    }
}
