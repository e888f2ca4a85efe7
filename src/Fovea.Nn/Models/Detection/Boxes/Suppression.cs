namespace Fovea.Models;

/// <summary>What becomes of a box that lies over a better one of its class.</summary>
public enum Suppression
{
    /// <summary>It goes where they overlap by more than the threshold.</summary>
    Hard,

    /// <summary>Its score is multiplied by <c>1 − IoU</c> where they overlap by more than the threshold (Bodla et al., "Soft-NMS", 2017).</summary>
    Linear,

    /// <summary>Its score is multiplied by <c>exp(−IoU² / σ)</c> (the same paper).</summary>
    Gaussian,
}
