using Fovea.Torch.Looking;
using Fovea.Torch.Training;

namespace Fovea.Torch;

/// <summary>libtorch as the engine of what trains, predicts and measures: <c>TrainOptions.Engine</c>, <c>PredictOptions.Engine</c>, <c>EvalOptions.Engine</c>.</summary>
/// <example>
/// <code>
/// using var predictor = Predictor.Open(new PredictOptions { Weights = "best.safetensors", Engine = new TorchEngine() });
/// </code>
/// </example>
public sealed class TorchEngine : IModuleEngine
{
    /// <summary>Names where and how it computes; nothing is loaded yet.</summary>
    /// <param name="options">Null for the processor, in float32.</param>
    /// <exception cref="OptionException">The device has no such name.</exception>
    public TorchEngine(TorchOptions? options = null)
    {
        Options = options ?? new TorchOptions();
        string device = TorchDevice.Number(Options.Device) is null ? $"torch:{Options.Device}" : Options.Device;
        string?[] words =
        [
            device, Options.Precision == TorchPrecision.Float32 ? null : Word(Options.Precision), Options.ChannelsLast ? "channels-last" : null, Options.Deterministic ? "deterministic" : null,
        ];
        Name = string.Join(' ', words.OfType<string>());
    }

    /// <summary>Where and how it computes.</summary>
    public TorchOptions Options { get; }

    /// <summary><c>torch:cpu</c>, <c>cuda</c> or <c>cuda:N</c>, and what else was asked for, such as <c>bfloat16</c>.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public bool HasOwnMemory => Options.Device != TorchDevice.Processor;

    /// <summary>Looks whether there is what it computes with.</summary>
    /// <exception cref="TorchException">The native library is not there (see <see cref="TorchLibrary"/>), or the device.</exception>
    public void Check() => TorchDevice.Find(Options);

    /// <inheritdoc/>
    /// <exception cref="TorchException">The native library is not there (see <see cref="TorchLibrary"/>), or the device.</exception>
    public IRunningModule Load(Module module) => new Running(new TorchModule(module, Options));

    /// <inheritdoc/>
    /// <exception cref="TorchException">The native library is not there (see <see cref="TorchLibrary"/>), or the device.</exception>
    public ITrainingModule LoadForTraining(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return new TorchTraining(module, Options);
    }

    /// <inheritdoc/>
    /// <exception cref="TorchException">The native library is not there (see <see cref="TorchLibrary"/>), or the device.</exception>
    public ILookedModule LoadForLooking(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return new TorchLook(module, Options);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static string Word(TorchPrecision precision) => precision == TorchPrecision.TensorFloat32 ? "tf32" : precision.ToString().ToLowerInvariant();

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
