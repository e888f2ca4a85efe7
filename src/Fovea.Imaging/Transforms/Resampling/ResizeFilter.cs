namespace Fovea.Imaging.Transforms;

/// <summary>
/// The kernel w(t) that weighs the pixels around a target pixel; t is in source pixels when enlarging and in target pixels when shrinking,
/// so that shrinking averages all that it covers (no aliasing). <see cref="Nearest"/> alone takes one pixel.
/// </summary>
public enum ResizeFilter
{
    /// <summary>The source pixel under the target pixel's centre. For masks: makes no new values.</summary>
    Nearest,

    /// <summary>w = 1 for −½ &lt; t ≤ ½: the mean of the covered pixels.</summary>
    Box,

    /// <summary>w = 1 − |t|, |t| &lt; 1.</summary>
    Bilinear,

    /// <summary>w = sinc(t) (0.54 + 0.46 cos πt), |t| &lt; 1: sharper than bilinear at the same cost.</summary>
    Hamming,

    /// <summary>Keys' cubic convolution with a = −½, |t| &lt; 2.</summary>
    Bicubic,

    /// <summary>w = sinc(t) sinc(t / 3), |t| &lt; 3.</summary>
    Lanczos,
}
