namespace Fovea.Imaging;

/// <summary>How much a decoder may spend on one file. A file that asks for more is refused before memory is taken.</summary>
public sealed record ImageLimits
{
    /// <summary>The limits used when none are given.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>The most pixels, width times height (default 100 million).</summary>
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary>The longest side in pixels (default 65,535).</summary>
    public int MaxSide { get; init; } = 65_535;

    /// <summary>The most bytes of working memory, the decoded samples included (default 1 GiB).</summary>
    public long MaxMemory { get; init; } = 1L << 30;

    // A picture and each decoder's row live in one array; 8 bytes is the most that any format stores a pixel in.
    private static readonly long s_mostPixels = Array.MaxLength / 8;

    /// <summary>Throws <see cref="ImageException"/> (<see cref="ImageError.TooLarge"/>) if a picture does not fit.</summary>
    /// <remarks>Whatever the limits, 268 million pixels are the most: a picture is one array.</remarks>
    /// <param name="format">The name of the format, for the message.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="bytes">Working memory that the decoder will take.</param>
    public void Check(string format, long width, long height, long bytes)
    {
        if (width < 1 || height < 1)
        {
            throw new ImageException(ImageError.Malformed, $"{format}: expected sides of at least 1 pixel, got {width}x{height}.");
        }

        if (width > MaxSide || height > MaxSide || width * height > MaxPixels)
        {
            throw new ImageException(ImageError.TooLarge,
                $"{format}: {width}x{height} pixels are more than the limit of {MaxPixels} pixels and {MaxSide} a side; raise ImageLimits to read it.");
        }

        if (width * height > s_mostPixels)
        {
            throw new ImageException(ImageError.TooLarge, $"{format}: {width}x{height} pixels are more than the {s_mostPixels} that one array can hold.");
        }

        if (bytes > MaxMemory)
        {
            throw new ImageException(ImageError.TooLarge,
                $"{format}: decoding takes {bytes} bytes, more than the limit of {MaxMemory}; raise ImageLimits.MaxMemory to read it.");
        }
    }
}
