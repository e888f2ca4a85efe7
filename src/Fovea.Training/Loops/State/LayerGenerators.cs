using Fovea.Layers;

namespace Fovea.Training;

/// <summary>
/// Gives the layers that draw random numbers their streams: by name, epoch and batch, so that what a layer draws depends neither on how much another drew nor on which batches
/// the same process computed before.
/// </summary>
internal sealed class LayerGenerators
{
    private readonly (IStochastic Layer, Generator Own)[] _layers;

    /// <param name="model">The model.</param>
    /// <param name="seed">The run's seed.</param>
    public LayerGenerators(Module model, ulong seed)
    {
        Generator root = new Generator(seed).Fork("layers");
        _layers = [.. model.NamedModules().Where(m => m.Value is IStochastic).Select(m => ((IStochastic)m.Value, root.Fork(m.Name)))];
    }

    /// <summary>Goes to the streams of a batch.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="batch">The batch's number in it.</param>
    public void Set(int epoch, int batch)
    {
        foreach ((IStochastic layer, Generator own) in _layers)
        {
            layer.Generator = own.Fork((ulong)epoch).Fork((ulong)batch);
        }
    }
}
