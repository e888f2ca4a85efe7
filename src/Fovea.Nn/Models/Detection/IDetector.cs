namespace Fovea.Models;

/// <summary>
/// A network that finds objects: of pictures [N, C, H, W] it gives [N, A, columns], for each of the A places of all levels the logits of the
/// classes, four numbers for the box and, in FCOS, a logit for how central the place is.
/// </summary>
public interface IDetector
{
    /// <summary>What those numbers mean: where the places are, which boxes they stand for, and what they cost.</summary>
    DetectionScheme Scheme { get; }
}
