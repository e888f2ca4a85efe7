namespace Fovea.Imaging;

/// <summary>How the bytes of an <see cref="Image"/> are to be read.</summary>
public enum PixelFormat
{
    /// <summary>One byte a pixel: luminance.</summary>
    Grey = 1,

    /// <summary>Two bytes a pixel: luminance, alpha.</summary>
    GreyAlpha = 2,

    /// <summary>Three bytes a pixel: red, green, blue.</summary>
    Rgb = 3,

    /// <summary>Four bytes a pixel: red, green, blue, alpha (not premultiplied).</summary>
    Rgba = 4,
}

/// <summary>
/// A decoded picture: 8-bit samples, interleaved, row by row from the top left, without padding between rows.
/// Pixel (x, y) starts at <c>(y * Width + x) * Channels</c>.
/// <para>
/// Of a file of more than 8 bits a sample it may keep all that is stored beside them (<see cref="Values"/>), when <see cref="Codecs.SampleLevels.KeepsAll"/>
/// asks for it: people look at the pixels, networks get the values.
/// </para>
/// </summary>
public sealed class Image
{
    /// <summary>Wraps samples that the caller hands over (they are not copied).</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="format">The pixel format, which fixes the number of channels.</param>
    /// <param name="pixels">Exactly <c>width * height * channels</c> bytes.</param>
    /// <param name="values">As many samples unrounded, 0 to 1; null (default) where the bytes are all there is.</param>
    /// <exception cref="ArgumentException">A side is less than 1, or a length does not fit.</exception>
    public Image(int width, int height, PixelFormat format, byte[] pixels, float[]? values = null)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (width < 1 || height < 1)
        {
            throw new ArgumentException($"image: expected sides of at least 1 pixel, got {width}x{height}.");
        }

        long expected = (long)width * height * (int)format;
        if (pixels.Length != expected)
        {
            throw new ArgumentException($"image: a {width}x{height} {format} picture takes {expected} bytes, got {pixels.Length}.");
        }

        if (values is not null && values.Length != expected)
        {
            throw new ArgumentException($"image: a {width}x{height} {format} picture takes {expected} values, got {values.Length}.");
        }

        Width = width;
        Height = height;
        Format = format;
        Pixels = pixels;
        Values = values;
    }

    /// <summary>Makes a black (and, with alpha, transparent) picture.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="format">The pixel format, which fixes the number of channels.</param>
    /// <exception cref="ArgumentException">A side is less than 1, or the samples are more than one array holds.</exception>
    public Image(int width, int height, PixelFormat format)
        : this(width, height, format, Allocate(width, height, format))
    {
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>The pixel format.</summary>
    public PixelFormat Format { get; }

    /// <summary>Bytes a pixel: 1, 2, 3 or 4.</summary>
    public int Channels => (int)Format;

    /// <summary>The samples, interleaved, row by row.</summary>
    public byte[] Pixels { get; }

    /// <summary>
    /// The samples as finely as the file stores them, 0 (black) to 1 (white), laid out as <see cref="Pixels"/>; null where the bytes are all there is. Crop,
    /// Resize, Flip, Orient and ConvertTo keep them; what changes colours, draws or turns gives 8 bits.
    /// </summary>
    public float[]? Values { get; }

    /// <summary>The samples of row <paramref name="y"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Span<byte> Row(int y) => Pixels.AsSpan(y * Width * Channels, Width * Channels);

    private static byte[] Allocate(int width, int height, PixelFormat format)
    {
        if (width < 1 || height < 1 || (long)width * height > Array.MaxLength / (int)format)
        {
            throw new ArgumentException($"image: expected sides of at least 1 pixel and at most {Array.MaxLength} samples, got {width}x{height} {format}.");
        }

        return new byte[width * height * (int)format];
    }
}
