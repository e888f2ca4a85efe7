namespace Fovea;

/// <summary>A module that an engine has taken over to be looked into. One thread at a time may use it.</summary>
public interface ILookedModule : IRunningModule
{
    /// <summary>Takes parameters and buffers over again, after the module's own have changed.</summary>
    void ReadState();

    /// <summary>Runs a graph of the module.</summary>
    /// <param name="graph">As <see cref="Graph.TraceWritten"/> gives it, its constants by their names in the module's state dict. It stays the caller's.</param>
    /// <param name="input">What the module takes.</param>
    /// <param name="keepsTape">Whether gradients will be asked for.</param>
    /// <exception cref="FoveaException">The engine cannot run an op of it.</exception>
    ILookedRun Run(Graph graph, Tensor input, bool keepsTape);
}

/// <summary>One run of a graph, with the values of its outputs: results, and whatever else was to be seen.</summary>
public interface ILookedRun : IDisposable
{
    /// <summary>The values of an output.</summary>
    /// <param name="output">Which of <see cref="Graph.Outputs"/>.</param>
    /// <returns>Owned by the current scope.</returns>
    Tensor Read(int output);

    /// <summary>The gradients of the first output with respect to some outputs, which the first was computed from.</summary>
    /// <param name="gradient">That of the first output, of its shape and element type.</param>
    /// <param name="of">Which of <see cref="Graph.Outputs"/>.</param>
    /// <returns>For each its gradient, owned by the current scope; null where the first output does not depend on it.</returns>
    /// <exception cref="FoveaException">The run kept no tape, or its gradients were asked for already.</exception>
    Tensor?[] Gradients(Tensor gradient, IReadOnlyList<int> of);
}
