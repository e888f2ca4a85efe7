using Fovea.Models;

namespace Fovea.Training;

/// <summary>The loss that a detection network is defined with: of classes, boxes, and in FCOS of how central places are.</summary>
/// <param name="scheme">What the network's outputs mean.</param>
/// <param name="height">Height of the network's input in pixels.</param>
/// <param name="width">Width of the network's input in pixels.</param>
internal sealed class DetectorLoss(DetectionScheme scheme, int height, int width) : Loss
{
    /// <summary>The sum of the parts for outputs [N, A, columns] and labels [N, M, 6].</summary>
    public override Tensor Forward(Tensor logits, Tensor targets) => scheme.Loss(logits, targets, height, width).Total;
}
