using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>
/// A look at a model while it runs: in evaluation mode, with ears at its modules that hear the calls of this look alone, though others may run
/// the model at the same time. What it makes lives until it is disposed; of the model nothing stays changed.
/// </summary>
internal sealed class ModelLook : IDisposable
{
    private static readonly AsyncLocal<ModelLook?> s_current = new();
    private readonly ModelLook? _before = s_current.Value;
    private readonly EvaluationMode _mode;
    private readonly TensorScope _scope;
    private readonly List<IDisposable> _held = [];

    public ModelLook(Module model)
    {
        (Model, _mode, _scope) = (model, new EvaluationMode(model), TensorScope.Begin());
        s_current.Value = this;
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
        return Model.Call(images);
    }

    /// <summary>Runs the model on the tape, whether its weights require gradients or not.</summary>
    /// <returns>The output, and the images as a leaf of the tape.</returns>
    public (Tensor Output, Tensor Images) RunOnTape(Tensor images)
    {
        using IDisposable recording = GradMode.EnableGrad();
        Tensor leaf = images.Detach();
        leaf.RequiresGrad = true;
        return (Model.Call(leaf), leaf);
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
