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
    /// The most scans that one file may hold, from 1 (default 256). A progressive picture needs about ten; thousands of
    /// tiny scans over a large picture are an attack on the processor.
    /// </summary>
    public int MaxScans { get; init; } = 256;
}
