using Fovea.Imaging.Codecs.Png;

namespace Fovea.Imaging.Codecs.Ico;

/// <summary>
/// Reads Windows icons and cursors: of the pictures in a file the largest, of equally large ones the one with the most bits, of those the last.
/// <para>
/// A PNG inside is read as PNG. A bitmap gives <see cref="PixelFormat.Rgba"/>: with 32 bits a pixel its own alpha, with fewer 0 where its mask says
/// transparent, the colour kept. Run-length packed bitmaps are not supported.
/// </para>
/// Source: the icon format as Microsoft describes it ("Icons", 1995), Pillow's rule for the choice.
/// </summary>
public sealed class IcoDecoder : IImageDecoder
{
    private static readonly PngDecoder s_png = new();

    /// <inheritdoc/>
    public string Name => "ico";

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> header) => PictureFormats.Ico.Matches(header);

    /// <inheritdoc/>
    public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ReadOnlySpan<byte> picture = IcoDirectory.Largest(data);
        return s_png.Matches(picture) ? s_png.Decode(picture, limits) : IcoBitmap.Decode(picture, limits);
    }

    /// <inheritdoc/>
    public PictureHeader? ReadHeader(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ReadOnlySpan<byte> picture = IcoDirectory.Largest(data);
        return (s_png.Matches(picture) ? s_png.ReadHeader(picture, limits)!.Value : IcoBitmap.ReadHeader(picture, limits)) with { Maximum = byte.MaxValue };
    }
}
