namespace Fovea.Inspect;

/// <summary>A way to say where in a picture a model finds what a target asks for: a class activation map, a rollout, an attention map.</summary>
public interface IMapMethod
{
    /// <summary>The name in kebab-case, such as <c>grad-cam</c>: the value of <c>--method</c>, and what a map is signed with.</summary>
    string Name { get; }

    /// <summary>Makes a map of each picture of a batch. The model's weights, mode and gradients are left as they were.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">[N, C, H, W], normalised as the model wants them.</param>
    /// <param name="target">What is asked for.</param>
    /// <param name="progress">Is told how many of its runs of the model are done.</param>
    /// <param name="cancellation">Stops it between two runs of the model, a run and its gradients; the model is left as it was.</param>
    /// <returns>N maps.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    IReadOnlyList<ScalarMap> Explain(
        Module model, Tensor images, ITarget target, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default);
}
