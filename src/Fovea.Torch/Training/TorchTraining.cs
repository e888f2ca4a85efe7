using Fovea.Torch.Running;

namespace Fovea.Torch.Training;

/// <summary>A module that is trained with its passes on libtorch.</summary>
internal sealed class TorchTraining : ITrainingModule
{
    private readonly TorchRuns _runs;
    private IReadOnlyList<double> _weights = [];

    /// <exception cref="TorchException">The native library is not there, or the device.</exception>
    public TorchTraining(Module module, TorchOptions options) => _runs = new TorchRuns(module, options, x =>
    {
        var made = AuxiliaryOutputs.Of(module, x[0]);
        _weights = [.. made.Others.Select(o => o.Weight)];
        return [made.Main, .. made.Others.Select(o => o.Output)];
    });

    public void ReadState() => _runs.ReadState();

    public ITrainingPass Forward(Tensor x) => new Pass(_runs.Forward([x]), _weights);

    public void Dispose() => _runs.Dispose();

    private sealed class Pass : ITrainingPass
    {
        private readonly TapedRun _run;
        private readonly Tensor[] _outputs;

        public Pass(TapedRun run, IReadOnlyList<double> weights)
        {
            _run = run;
            _outputs = run.Read();
            foreach (Tensor output in _outputs)
            {
                output.RequiresGrad = true;
            }

            Outputs = new AuxiliaryOutputs(_outputs[0], [.. _outputs.Skip(1).Zip(weights)]);
        }

        public AuxiliaryOutputs Outputs { get; }

        public void Backward(Tensor loss, Action<Tensor>? complete = null)
        {
            loss.Backward();
            _run.Backward([.. _outputs.Select(o => o.Grad)]);
            foreach (Tensor output in _outputs)
            {
                output.ClearGrad();
            }

            foreach ((_, Tensor parameter, Tensor gradient) in _run.ParameterGradients())
            {
                parameter.Accumulate(TensorScope.Detach(gradient));
                complete?.Invoke(parameter);
            }
        }

        public void Dispose() => _run.Dispose();
    }
}
