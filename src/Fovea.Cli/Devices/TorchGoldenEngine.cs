using Fovea.Inspect;
using Fovea.Torch;

namespace Fovea.Cli.Devices;

/// <summary>Golden cases on libtorch.</summary>
internal sealed class TorchGoldenEngine : IGoldenEngine
{
    private readonly TorchEngine _engine;

    /// <exception cref="TorchException">The native library is not there, or the device.</exception>
    public TorchGoldenEngine(TorchEngine engine)
    {
        engine.Check();
        _engine = engine;
    }

    public string Name => _engine.Name;

    public GoldenRun Run(Module module, Tensor[] inputs, Tensor? cotangent)
    {
        using var torch = new TorchModule(module, _engine.Options);
        if (cotangent is null)
        {
            return new GoldenRun(torch.Run(inputs), new Tensor?[inputs.Length], new Dictionary<string, Tensor>());
        }

        using TorchPass pass = torch.Forward(inputs);
        TorchGradients found = pass.Backward(cotangent);
        return new GoldenRun(pass.Output, found.Inputs, found.Parameters);
    }
}
