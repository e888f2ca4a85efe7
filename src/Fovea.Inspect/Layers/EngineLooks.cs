namespace Fovea.Inspect;

/// <summary>
/// Has everything that looks into a model run it on another engine, until it is disposed: maps of its attention, class activation maps, rollouts, ablations,
/// statistics and scores. The model is recorded as it is written, with whatever listens to its modules or changes what they give; the engine runs that, and what was listened
/// to gets its values. It holds for the flow of calls that began it.
/// </summary>
/// <example>
/// <code>
/// using (EngineLooks.Begin(model, new TorchEngine()))
/// {
///     ScalarMap map = new GradCam().Explain(model, images, new ClassTarget(3))[0];
/// }
/// </code>
/// </example>
/// <remarks>Numbers are those of our own engine within rounding. One thread at a time may look.</remarks>
public sealed class EngineLooks : IDisposable
{
    private static readonly AsyncLocal<EngineLooks?> s_current = new();
    private readonly EngineLooks? _before = s_current.Value;
    private readonly Module _model;

    private EngineLooks(Module model, IModuleEngine engine)
    {
        (_model, Engine) = (model, engine);
        using var evaluation = new EvaluationMode(model);
        Looked = engine.LoadForLooking(model);
        s_current.Value = this;
    }

    /// <summary>The engine.</summary>
    public IModuleEngine Engine { get; }

    /// <summary>The model on the engine.</summary>
    internal ILookedModule Looked { get; }

    /// <summary>Has looks into a model go to an engine.</summary>
    /// <param name="model">The model; its parameters and buffers are taken over. A change of them that is not of this library's own studies is not seen.</param>
    /// <param name="engine">The engine.</param>
    /// <exception cref="FoveaException">The engine is not there, or cannot run the model.</exception>
    public static EngineLooks Begin(Module model, IModuleEngine engine)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(engine);
        return new EngineLooks(model, engine);
    }

    /// <summary>Runs the model, in evaluation mode and without a tape, on the engine that looks into it go to; on our own where none was begun.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">What it takes.</param>
    /// <returns>The result, which the current scope owns.</returns>
    public static Tensor Run(Module model, Tensor images)
    {
        using var evaluation = new EvaluationMode(model);
        using IDisposable still = GradMode.NoGrad();
        return Of(model) is { } there ? there.Looked.Run(images) : model.Call(images);
    }

    /// <summary>Has looks go to our own engine again, and gives the engine's memory back.</summary>
    public void Dispose()
    {
        if (s_current.Value == this)
        {
            s_current.Value = _before;
        }

        Looked.Dispose();
    }

    /// <summary>Where looks into a model go; null for our own engine.</summary>
    internal static EngineLooks? Of(Module model)
    {
        EngineLooks? there = s_current.Value;
        while (there is not null && there._model != model)
        {
            there = there._before;
        }

        return there;
    }
}
