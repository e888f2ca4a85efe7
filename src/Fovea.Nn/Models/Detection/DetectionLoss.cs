namespace Fovea.Models;

/// <summary>What a network's outputs cost, part by part.</summary>
/// <param name="Classification">Of the classes: a scalar.</param>
/// <param name="Boxes">Of the boxes: a scalar.</param>
/// <param name="Centreness">Of how central places are: a scalar; null for a network that does not say.</param>
public sealed record DetectionLoss(Tensor Classification, Tensor Boxes, Tensor? Centreness = null)
{
    /// <summary>What is minimised: the sum of the parts, a scalar.</summary>
    public Tensor Total { get; } = Centreness is null ? Classification + Boxes : Classification + Boxes + Centreness;
}
