namespace Fovea.Inspect;

/// <summary>The steps of a benchmark on another engine.</summary>
internal sealed class BenchmarkElsewhere : IDisposable
{
    private readonly Module _module;
    private readonly Tensor _input;
    private readonly IRunningModule? _inference;
    private readonly ITrainingModule? _training;

    /// <exception cref="OptionException">The module takes several inputs.</exception>
    public BenchmarkElsewhere(IModuleEngine engine, Module module, Tensor[] inputs, bool trains)
    {
        _module = module;
        _input = inputs.Length == 1 ? inputs[0] : throw new OptionException("bench", $"{engine.Name} takes modules of one input, got one of {inputs.Length}; leave --device out.");
        _training = trains ? engine.LoadForTraining(module) : null;
        _inference = trains ? null : engine.Load(module);
    }

    /// <summary>A call, or a pass forward and backward with the weights as they are now.</summary>
    public void Step()
    {
        using TensorScope scope = TensorScope.Begin();
        if (_training is null)
        {
            _inference!.Run(_input);
            return;
        }

        _module.ClearGrads();
        _training.ReadState();
        using ITrainingPass pass = _training.Forward(_input);
        pass.Backward(pass.Outputs.Main.Sum());
    }

    public void Dispose()
    {
        _inference?.Dispose();
        _training?.Dispose();
    }
}
