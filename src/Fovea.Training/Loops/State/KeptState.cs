using Fovea.Layers;

namespace Fovea.Training;

/// <summary>
/// Keeps what a model is now, its weights, its statistics, its mode, what of it is trained and where its random numbers come from, and puts it
/// back when it is disposed.
/// </summary>
internal sealed class KeptState : IDisposable
{
    private readonly Module _model;
    private readonly Dictionary<string, Tensor> _values;
    private readonly (Tensor Parameter, bool IsTrained)[] _parameters;
    private readonly (Module Module, bool IsTraining)[] _modes;
    private readonly (IStochastic Layer, Generator Generator)[] _layers;

    /// <summary>Copies the state; a scope takes the memory back, after this was disposed.</summary>
    public KeptState(Module model)
    {
        _model = model;
        _values = StateDict.Of(model).ToDictionary(t => t.Key, t => t.Value.Clone());
        _parameters = [.. model.Parameters().Select(p => (p, p.RequiresGrad))];
        _modes = [.. model.NamedModules().Select(m => (m.Value, m.Value.IsTraining))];
        _layers = [.. model.NamedModules().Select(m => m.Value).OfType<IStochastic>().Select(l => (l, new Generator(l.Generator.State)))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        StateDict.Load(_model, _values);

        // A module's mode is that of all below it, and what is below comes after it.
        foreach ((Module module, bool isTraining) in _modes)
        {
            module.Train(isTraining);
        }

        foreach ((Tensor parameter, bool isTrained) in _parameters)
        {
            parameter.RequiresGrad = isTrained;
        }

        foreach ((IStochastic layer, Generator generator) in _layers)
        {
            layer.Generator = generator;
        }
    }
}
