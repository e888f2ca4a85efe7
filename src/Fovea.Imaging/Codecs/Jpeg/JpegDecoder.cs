namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// Reads JPEG: baseline, extended sequential and progressive files of 8 bits a sample, Huffman- or arithmetic-coded, with the same pixels as
/// libjpeg-turbo's default decode (accurate integer inverse DCT, smooth upsampling of chroma).
/// Grey files give <see cref="PixelFormat.Grey"/>; YCbCr, RGB, CMYK and YCCK files give <see cref="PixelFormat.Rgb"/>,
/// the last two by Pillow's rule (stored inverted; each of red, green and blue is what cyan, magenta or yellow and black leave).
/// </summary>
/// <remarks>
/// Damage inside the data is concealed as libjpeg conceals it: an impossible code counts as zero, and a restart interval that
/// was cut short is grey from there on. Data that end before the picture does are an error of kind
/// <see cref="ImageError.Truncated"/> unless <see cref="JpegDecoderOptions.AllowTruncated"/> is set. A missing end marker alone
/// is no error. Lossless and hierarchical files, 12-bit samples and sampling factors that do not divide the
/// largest one are of kind <see cref="ImageError.Unsupported"/>. A progressive file that never sends its last bits is decoded
/// from what it sends; libjpeg's optional smoothing across such blocks is not applied.
/// Source: ITU-T T.81 (the format), T.871 (JFIF), and the documented behaviour of libjpeg-turbo 2.1.
/// </remarks>
public sealed class JpegDecoder : IImageDecoder
{
    private readonly JpegDecoderOptions _options;

    /// <summary>A decoder with the default options.</summary>
    public JpegDecoder()
        : this(JpegDecoderOptions.Default)
    {
    }

    /// <summary>A decoder with options of the caller's choice.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="JpegDecoderOptions.MaxScans"/> is less than 1.</exception>
    public JpegDecoder(JpegDecoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxScans, 1, nameof(options));
        _options = options;
    }

    /// <inheritdoc/>
    public string Name => "jpeg";

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> header) => PictureFormats.Jpeg.Matches(header);

    /// <inheritdoc/>
    public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        using JpegSession session = new(_options, limits);
        return session.Decode(data);
    }

    /// <inheritdoc/>
    public PictureHeader? ReadHeader(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return JpegSize.Find(data, limits);
    }

    /// <inheritdoc/>
    public ExifOrientation ReadOrientation(ReadOnlySpan<byte> data) => JpegOrientation.Find(data);
}
