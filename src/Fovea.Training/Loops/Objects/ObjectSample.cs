namespace Fovea.Training;

/// <summary>A picture as a model sees it, with where its labelled object is.</summary>
/// <param name="Name">Where it comes from.</param>
/// <param name="Image">[1, C, H, W], normalised for the model.</param>
/// <param name="Label">The index of its class among the model's.</param>
/// <param name="Mask">[H · W], true on the object; null where the data do not say.</param>
public sealed record ObjectSample(string Name, Tensor Image, int Label, IReadOnlyList<bool>? Mask);
