namespace Fovea.Training;

/// <summary>A module that is trained by our own engine: its passes are its calls, and its gradients come off the tape.</summary>
internal sealed class OwnPasses(Module module) : ITrainingModule
{
    public void ReadState()
    {
        // Nothing is kept of it.
    }

    public ITrainingPass Forward(Tensor x) => new Pass(AuxiliaryOutputs.Of(module, x));

    public void Dispose()
    {
        // Nothing was taken.
    }

    private sealed class Pass(AuxiliaryOutputs outputs) : ITrainingPass
    {
        public AuxiliaryOutputs Outputs => outputs;

        public void Backward(Tensor loss, Action<Tensor>? complete = null)
        {
            if (complete is null)
            {
                loss.Backward();
            }
            else
            {
                loss.BackwardTelling(complete);
            }
        }

        public void Dispose()
        {
            // The scope gives the tape back.
        }
    }
}
