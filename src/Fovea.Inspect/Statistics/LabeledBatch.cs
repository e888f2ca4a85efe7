namespace Fovea.Inspect;

/// <summary>Pictures with their classes.</summary>
/// <param name="Images">[N, C, H, W], normalised as the model wants them.</param>
/// <param name="Labels">N classes, from 0; null where nobody knows them.</param>
public sealed record LabeledBatch(Tensor Images, IReadOnlyList<int>? Labels = null);
