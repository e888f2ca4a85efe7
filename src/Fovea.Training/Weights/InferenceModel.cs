namespace Fovea.Training;

/// <summary>
/// A model for inference: compiled for the shape of the first batch, and planned for others when they come, or run by another engine. One that cannot be compiled is
/// called as it is, and so are batches that a compiled one cannot take. The weights are not to change meanwhile. Thread-safe.
/// </summary>
/// <param name="model">In evaluation mode.</param>
/// <param name="engine">What runs it; null for our own engine.</param>
/// <param name="compiles">Whether there is enough to do for compiling to pay; a single call takes less time without.</param>
internal sealed class InferenceModel(Module model, IModuleEngine? engine = null, bool compiles = true) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly IRunningModule? _elsewhere = engine?.Load(model);
    private CompiledModel? _compiled;
    private bool _refused = !compiles;

    /// <summary>Runs the model without recording.</summary>
    /// <returns>The result, which the current scope owns.</returns>
    public Tensor Run(Tensor x)
    {
        if (_elsewhere is not null)
        {
            return _elsewhere.Run(x);
        }

        if (Compiled(x.Shape) is { } compiled && (compiled.TakesOtherBatches || compiled.Inputs[0].Shape == x.Shape))
        {
            return compiled.Run(x);
        }

        using IDisposable still = GradMode.NoGrad();
        return model.Call(x);
    }

    /// <summary>Compiles it for a shape before a batch of another comes, which changes how numbers are rounded.</summary>
    public void Prepare(Shape shape)
    {
        if (_elsewhere is null)
        {
            Compiled(shape);
        }
    }

    public void Dispose()
    {
        _compiled?.Dispose();
        _elsewhere?.Dispose();
    }

    private CompiledModel? Compiled(Shape shape)
    {
        lock (_gate)
        {
            try
            {
                return _refused ? null : _compiled ??= model.Compile(shape);
            }
            catch (CompileException)
            {
                _refused = true;
                return null;
            }
        }
    }
}
