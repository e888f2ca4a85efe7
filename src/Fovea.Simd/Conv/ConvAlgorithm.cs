namespace Fovea.Simd.Conv;

/// <summary>How a convolution is computed.</summary>
/// <remarks>
/// Winograd's algorithms exist for float kernels of 3 × 3 taps with stride 1, any dilation d and a padding of at most 2 d, on machines with AVX2
/// or more. They multiply less and round more: see docs/decisions/0005-winograd.md for the bounds.
/// </remarks>
public enum ConvAlgorithm
{
    /// <summary>Whatever is expected to be fastest for the shape, among those whose error suits the purpose.</summary>
    Automatic,

    /// <summary>Sums of products as the definition has them, for any geometry.</summary>
    Direct,

    /// <summary>
    /// The same sums with output channels rather than positions in the registers: for maps of few positions and many channels, for
    /// strides, and for 1 × 1 kernels whose weights are packed (docs/decisions/0007-pointwise.md). For float, on machines with AVX2 or more.
    /// </summary>
    Channels,

    /// <summary>Winograd's F(2×2, 3×3): 2.25 times fewer multiply-adds, about the error of direct sums.</summary>
    Winograd2,

    /// <summary>Winograd's F(4×4, 3×3): 4 times fewer multiply-adds, several times the error. Never chosen for weights that are not packed.</summary>
    Winograd4,

    /// <summary>
    /// One product for each tap, over the outputs for which it reads more than padding: for kernels that dilation spreads nearly as wide as the map. Stride 1, one
    /// group, 8 input channels or more.
    /// </summary>
    Taps,
}
