using Fovea.Imaging.Codecs.Webp.Native;
using Fovea.Imaging.Codecs.Webp.Structure;

namespace Fovea.Imaging.Codecs.Webp;

/// <summary>
/// Reads WebP: lossy and lossless, with alpha or without; of an animation its first frame, on the transparent canvas.
/// <para>
/// A file gives <see cref="PixelFormat.Rgba"/> if its headers say that it has alpha, else <see cref="PixelFormat.Rgb"/>; colours are not multiplied with
/// alpha, and colour profiles do not change them. The turn is that of the EXIF data, or else of the XMP packet.
/// </para>
/// <para>
/// The container and the sizes in it are read and checked here, against each other and against the limits. The pixels are decoded by libwebp as SkiaSharp
/// brings it: native code, which is loaded when the first picture is decoded, and not before. Where it cannot be loaded, decoding is refused with
/// <see cref="ImageError.Unsupported"/>, and the headers can still be read.
/// </para>
/// Source: RFC 9649, WebP Image Format.
/// </summary>
/// <remarks>
/// Native code is not held by the limits as managed code is: what it takes is estimated from the size of the picture and the length of the file before it is called.
/// </remarks>
/// <example>
/// <code>
/// ImageCodecs.Register(new WebpDecoder());
/// Image photo = ImageCodecs.Load("photo.webp");
/// </code>
/// </example>
public sealed class WebpDecoder : IImageDecoder
{
    /// <inheritdoc/>
    public string Name => "webp";

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> header) => WebpFile.HasSignature(header);

    /// <inheritdoc/>
    public Image Decode(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        WebpFile file = WebpFile.Read(data, limits);
        file.CheckMemory(limits);
        SkiaLibrary.Require();
        return SkiaPixels.Decode(data[..file.Length], file);
    }

    /// <inheritdoc/>
    public PictureHeader? ReadHeader(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        WebpFile file = WebpFile.Read(data, limits);
        return new PictureHeader(file.Width, file.Height, byte.MaxValue);
    }

    /// <inheritdoc/>
    public ExifOrientation ReadOrientation(ReadOnlySpan<byte> data) => WebpMetadata.Orientation(data);
}
