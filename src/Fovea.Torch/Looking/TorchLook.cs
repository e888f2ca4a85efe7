using Fovea.Torch.Running;

namespace Fovea.Torch.Looking;

/// <summary>A module on libtorch that is looked into.</summary>
internal sealed class TorchLook : ILookedModule
{
    private readonly TorchRuns _runs;

    /// <exception cref="TorchException">The native library is not there, or the device.</exception>
    public TorchLook(Module module, TorchOptions options) => _runs = new TorchRuns(module, options, x => [module.Call(x[0])]);

    public Tensor Run(Tensor x) => _runs.Compute([x]);

    public ILookedRun Run(Graph graph, Tensor input, bool keepsTape)
    {
        TorchLibrary.Load();
        return new TorchLookedRun(_runs, _runs.Bind(graph), input, keepsTape);
    }

    public void ReadState() => _runs.ReadState();

    public void Dispose() => _runs.Dispose();
}
