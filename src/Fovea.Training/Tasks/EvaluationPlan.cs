using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>How an evaluation is done.</summary>
/// <param name="Data">What the model is shown, in order: the images, or parts of them.</param>
/// <param name="Meter">What adds it up.</param>
public sealed record EvaluationPlan(DataLoader Data, IEvaluationMeter Meter)
{
    /// <summary>Images that cannot be read and are not among what the model is shown (default: none).</summary>
    public IReadOnlyList<DamagedPicture> Unreadable { get; init; } = [];
}
