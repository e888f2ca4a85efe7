namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Choices of the <see cref="JpegDecoder"/>.</summary>
public sealed record JpegDecoderOptions
{
    /// <summary>The options used when none are given.</summary>
    public static JpegDecoderOptions Default { get; } = new();

    /// <summary>
    /// Whether a picture whose data end too early is returned with what is missing left grey (default false: an
    /// <see cref="ImageException"/> of kind <see cref="ImageError.Truncated"/>).
    /// </summary>
    public bool AllowTruncated { get; init; }

    /// <summary>
    /// Called, where <see cref="AllowTruncated"/> returns a picture that is not complete, with what it lacks: where the data end, which
    /// coefficients of which component were not sent, or without how many of their low bits. Null (default) for nobody.
    /// </summary>
    public Action<string>? OnIncomplete { get; init; }

    /// <summary>
    /// The most scans that one file may hold, from 1 (default 256). A progressive picture needs about ten; thousands of
    /// tiny scans over a large picture are an attack on the processor. For the same reason scans may go over all blocks of the picture
    /// no more often than a quarter of this number (at least once), and eight blocks more for each byte of the file.
    /// </summary>
    public int MaxScans { get; init; } = 256;
}
