namespace Fovea;

/// <summary>
/// A module whose passes an engine computes, forward and backward. Its parameters, their gradients and its running statistics stay where they are, so
/// that optimisers, weight averages and checkpoints work on them as ever, and a run may go on with another engine. One thread at a time may use it.
/// </summary>
public interface ITrainingModule : IDisposable
{
    /// <summary>Takes over what has changed in the module: values, and which parameters are trained. Before the first pass of every step.</summary>
    void ReadState();

    /// <summary>Computes the module's outputs, with what their gradients need. Running statistics follow.</summary>
    /// <param name="x">What the module takes.</param>
    /// <exception cref="ShapeException">The module does not take such inputs.</exception>
    ITrainingPass Forward(Tensor x);
}

/// <summary>One pass of a module in training, forward and then backward.</summary>
public interface ITrainingPass : IDisposable
{
    /// <summary>What the module gives, on our tape: a loss goes on from it. The scope owns it that was current at the call.</summary>
    AuxiliaryOutputs Outputs { get; }

    /// <summary>Adds the gradients of a loss to those of the module's parameters that are trained. Once a pass.</summary>
    /// <param name="loss">One number, made of <see cref="Outputs"/>.</param>
    /// <param name="complete">Is told of each parameter whose gradient is complete, maybe while others are still computed; null for nobody.</param>
    void Backward(Tensor loss, Action<Tensor>? complete = null);
}
