namespace Fovea.Inspect;

/// <summary>Has a model in evaluation mode until it is disposed; then each part is in the mode that it was in.</summary>
internal sealed class EvaluationMode : IDisposable
{
    private readonly List<(Module Module, bool WasTraining)> _modes;

    public EvaluationMode(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _modes = [.. model.NamedModules().Select(m => (m.Value, m.Value.IsTraining))];
        if (_modes.Exists(m => m.WasTraining))
        {
            model.Eval();
        }
        else
        {
            // Nothing to change: others may look at the same model at this moment.
            _modes.Clear();
        }
    }

    public void Dispose()
    {
        // A part comes before those below it, which have the last word.
        foreach ((Module module, bool wasTraining) in _modes)
        {
            module.Train(wasTraining);
        }
    }
}
