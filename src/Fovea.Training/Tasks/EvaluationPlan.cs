using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>How an evaluation is done.</summary>
/// <param name="Data">What the model is shown, in order: the images, or parts of them.</param>
/// <param name="Meter">What adds it up.</param>
public sealed record EvaluationPlan(DataLoader Data, IEvaluationMeter Meter);
