namespace Fovea;

/// <summary>What runs modules in place of our own engine: another library, or another device.</summary>
public interface IModuleEngine
{
    /// <summary>What it is called, as <c>--device</c> names it.</summary>
    string Name { get; }

    /// <summary>Whether it computes in a memory of its own, such as a GPU's, so that how much the machine has says nothing of what fits; default false.</summary>
    bool HasOwnMemory => false;

    /// <summary>Takes a module over for inference.</summary>
    /// <param name="module">In evaluation mode. It stays as it is, and is not to change meanwhile.</param>
    /// <exception cref="FoveaException">The engine is not there, or cannot run such a module.</exception>
    IRunningModule Load(Module module);

    /// <summary>Takes a module over for training.</summary>
    /// <param name="module">Its parameters, gradients and running statistics stay its own: see <see cref="ITrainingModule"/>.</param>
    /// <exception cref="FoveaException">The engine is not there, or cannot run such a module.</exception>
    ITrainingModule LoadForTraining(Module module);

    /// <summary>Takes a module over to be looked into: for maps of what it attends to.</summary>
    /// <param name="module">In evaluation mode. It stays as it is; after a change of its own see <see cref="ILookedModule.ReadState"/>.</param>
    /// <exception cref="FoveaException">The engine is not there, or cannot run such a module.</exception>
    ILookedModule LoadForLooking(Module module);
}

/// <summary>A module that an engine has taken over, for inference. Several threads may call it at once.</summary>
public interface IRunningModule : IDisposable
{
    /// <summary>Computes the result, without gradients.</summary>
    /// <param name="x">What the module takes.</param>
    /// <returns>The result, which the current <see cref="TensorScope"/> owns.</returns>
    /// <exception cref="ShapeException">The module does not take such inputs.</exception>
    Tensor Run(Tensor x);
}
