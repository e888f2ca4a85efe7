using Fovea.Io;

namespace Fovea.Training;

/// <summary>What a file of weights holds.</summary>
/// <param name="State">The weights by the model's names.</param>
/// <param name="Description">What they are for; null in files of other software.</param>
/// <param name="Choice">Which state dict of a PyTorch file was taken, and what was not; null for other files.</param>
public sealed record WeightsContent(IReadOnlyDictionary<string, Tensor> State, ModelDescription? Description, PyTorchState? Choice);
