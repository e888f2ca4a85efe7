using Fovea.Distributed;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>How an evaluation goes about its batches.</summary>
internal sealed record EvaluationWay
{
    /// <summary>Which views of each image are asked about; null for the image as it is.</summary>
    public ViewedImages? Viewed { get; init; }

    /// <summary>What runs the model; null for our own engine.</summary>
    public IModuleEngine? Engine { get; init; }

    /// <summary>Whether to measure all there is, rather than what an epoch's validation needs.</summary>
    public bool IsFinal { get; init; } = true;

    /// <summary>Is shown each batch and its outputs before their memory goes back, on rank 0; null for nobody.</summary>
    public Action<Batch, Tensor>? Seen { get; init; }

    /// <summary>The processes that share the batches.</summary>
    public ProcessGroup Group { get; init; } = ProcessGroup.Single;
}
