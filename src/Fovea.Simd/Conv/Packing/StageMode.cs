namespace Fovea.Simd.Conv;

/// <summary>How the input of a convolution is laid out so that a register of positions is one load.</summary>
internal enum StageMode
{
    /// <summary>
    /// One padded copy of each plane (one per residue modulo the stride); a register never leaves its row. For widths that the
    /// register divides.
    /// </summary>
    Rows,

    /// <summary>
    /// One copy per distinct column shift, its rows exactly as long as the output's, so that the positions of an image are one line
    /// that registers cut anywhere.
    /// </summary>
    Shifted,

    /// <summary>
    /// One copy per tap, in panels of two registers over the positions of all images: no lane is wasted and any geometry is equal,
    /// at the price of as many copies as taps, which many output channels pay for.
    /// </summary>
    Panels,
}
