namespace Fovea.Inspect;

/// <summary>An engine other than ours that golden cases can be run on.</summary>
public interface IGoldenEngine
{
    /// <summary>Its name, as results print it, such as <c>torch:cpu</c>.</summary>
    string Name { get; }

    /// <summary>Runs a module in the mode in which it is; in training mode its running statistics move.</summary>
    /// <param name="module">With the state of the case.</param>
    /// <param name="inputs">What it is run on; those whose <see cref="Tensor.RequiresGrad"/> is set get a gradient.</param>
    /// <param name="cotangent">The gradient of the output; null where no gradients are asked for.</param>
    /// <returns>Output and gradients, which the current scope owns.</returns>
    GoldenRun Run(Module module, Tensor[] inputs, Tensor? cotangent);
}

/// <summary>What a run of a golden case gave.</summary>
/// <param name="Output">The module's result.</param>
/// <param name="Inputs">For each input its gradient, or null.</param>
/// <param name="Parameters">The gradients of parameters by name; one that is missing counts as zeros.</param>
public sealed record GoldenRun(Tensor Output, IReadOnlyList<Tensor?> Inputs, IReadOnlyDictionary<string, Tensor> Parameters);
