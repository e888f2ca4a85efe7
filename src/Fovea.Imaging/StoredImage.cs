namespace Fovea.Imaging;

/// <summary>
/// What a picture file stores, sample for sample: indices into a palette, or grey or colour values that nothing scaled, stretched or cut
/// to 8 bits. Segmentation masks are read from it.
/// <para>
/// A file with a palette gives indices (<see cref="IsIndexed"/>) and its colours. All other files give their samples: 0 and 1 of 1-bit
/// pictures, 0 to 15 of 4-bit ones, 0 to 65,535 of 16-bit ones, and whatever a PGM stores, of which <see cref="Maximum"/> is white.
/// In 1-bit PBM files, whose own bits mean 1 for black, 1 is white as in PNG: the same picture gives the same values in both.
/// Transparent colours (PNG's tRNS) are no samples and are left out; an alpha channel stays.
/// </para>
/// </summary>
public sealed class StoredImage
{
    /// <summary>Wraps samples that the caller hands over (they are not copied).</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="format">Which channels there are; <see cref="PixelFormat.Grey"/> with a palette.</param>
    /// <param name="maximum">The value of white, 1 to 65,535.</param>
    /// <param name="samples">Exactly <c>width * height * channels</c> values, interleaved, row by row.</param>
    /// <param name="palette">The colours as R, G, B triples; null or empty without a palette.</param>
    /// <exception cref="ArgumentException">A side is less than 1, the length does not fit, or a palette comes with several channels.</exception>
    public StoredImage(int width, int height, PixelFormat format, int maximum, ushort[] samples, byte[]? palette = null)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximum, ushort.MaxValue);
        if (samples.Length != (long)width * height * (int)format)
        {
            throw new ArgumentException($"image: a {width}x{height} {format} picture has {(long)width * height * (int)format} samples, got {samples.Length}.");
        }

        if (palette is { Length: > 0 } && (format != PixelFormat.Grey || palette.Length % 3 != 0))
        {
            throw new ArgumentException($"image: expected a palette of triples for one channel of indices, got {palette.Length} bytes for {format}.");
        }

        Width = width;
        Height = height;
        Format = format;
        Maximum = maximum;
        Samples = samples;
        Palette = palette ?? [];
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Which channels there are.</summary>
    public PixelFormat Format { get; }

    /// <summary>Samples a pixel: 1, 2, 3 or 4.</summary>
    public int Channels => (int)Format;

    /// <summary>The largest value that the file's form has, which is white: 1, 3, 15, 255, 65,535, or the maximum that a PGM states.</summary>
    public int Maximum { get; }

    /// <summary>The samples, interleaved, row by row from the top left.</summary>
    public ushort[] Samples { get; }

    /// <summary>The colours as R, G, B triples, of which the samples are indices; empty without a palette. Indices may lie beyond it.</summary>
    public byte[] Palette { get; }

    /// <summary>Whether the samples are indices into <see cref="Palette"/>.</summary>
    public bool IsIndexed => Palette.Length > 0;

    /// <summary>The samples of a picture that was decoded to 8 bits.</summary>
    /// <param name="image">The picture.</param>
    public static StoredImage Of(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new StoredImage(image.Width, image.Height, image.Format, byte.MaxValue, Array.ConvertAll(image.Pixels, p => (ushort)p));
    }

    /// <summary>The samples of one channel as bytes, unscaled.</summary>
    /// <returns>A <see cref="PixelFormat.Grey"/> picture of indices.</returns>
    /// <exception cref="ImageException"><see cref="ImageError.Unsupported"/>: there are several channels, or values above 255.</exception>
    public Image ToIndices()
    {
        if (Channels != 1)
        {
            throw new ImageException(ImageError.Unsupported, $"expected a mask of one channel, got {Format}; save it as grey or with a palette.");
        }

        byte[] indices = new byte[Samples.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            ushort sample = Samples[i];
            indices[i] = sample <= byte.MaxValue ? (byte)sample : throw new ImageException(ImageError.Unsupported,
                $"expected indices of at most 255, got {sample} at ({i % Width}, {i / Width}).");
        }

        return new Image(Width, Height, PixelFormat.Grey, indices);
    }
}
