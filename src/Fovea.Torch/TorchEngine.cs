namespace Fovea.Torch;

/// <summary>libtorch, on the processor, as the engine of what predicts and measures: <c>PredictOptions.Engine</c>, <c>EvalOptions.Engine</c>.</summary>
/// <example>
/// <code>
/// using var predictor = Predictor.Open(new PredictOptions { Weights = "best.safetensors", Engine = new TorchEngine() });
/// </code>
/// </example>
public sealed class TorchEngine : IModuleEngine
{
    /// <inheritdoc/>
    public string Name => "torch:cpu";

    /// <inheritdoc/>
    /// <exception cref="TorchException">The native library is not there: see <see cref="TorchLibrary"/>.</exception>
    public IRunningModule Load(Module module) => new Running(new TorchModule(module));

    /// <inheritdoc/>
    public override string ToString() => Name;

    private sealed class Running(TorchModule module) : IRunningModule
    {
        private readonly Lock _gate = new();

        public Tensor Run(Tensor x)
        {
            lock (_gate)
            {
                return module.Run(x);
            }
        }

        public void Dispose() => module.Dispose();
    }
}
