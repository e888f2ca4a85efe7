namespace Fovea.Imaging.Codecs;

/// <summary>Reads one image format. Implement it and call <see cref="ImageCodecs.Register"/> to plug in another.</summary>
/// <remarks>Decoders give pixels as they are stored; <see cref="ImageCodecs"/> turns them as <see cref="ReadOrientation"/> says.</remarks>
public interface IImageDecoder
{
    /// <summary>The name of the format as messages print it, such as <c>png</c>.</summary>
    string Name { get; }

    /// <summary>Whether the first bytes of a file (at least 16, unless the file is shorter) are of this format.</summary>
    bool Matches(ReadOnlySpan<byte> header);

    /// <summary>Decodes a whole file held in memory.</summary>
    /// <exception cref="ImageException">The bytes are not a picture of this format, or it is beyond the limits.</exception>
    Image Decode(ReadOnlySpan<byte> data, ImageLimits limits);

    /// <summary>
    /// Decodes what a file stores, as segmentation masks need it. A decoder that does not know better gives its 8-bit pixels.
    /// </summary>
    /// <exception cref="ImageException">As <see cref="Decode"/>.</exception>
    StoredImage DecodeStored(ReadOnlySpan<byte> data, ImageLimits limits) => StoredImage.Of(Decode(data, limits));

    /// <summary>What the headers say of the picture, read without decoding pixels; null (the default) from a decoder that does not look at them alone.</summary>
    /// <exception cref="ImageException">The headers are not readable, or the picture is beyond the limits.</exception>
    PictureHeader? ReadHeader(ReadOnlySpan<byte> data, ImageLimits limits) => null;

    /// <summary>The turn that a file asks for, found without decoding pixels. Metadata never fail a picture: what is odd in them means upright.</summary>
    /// <param name="data">The whole file.</param>
    ExifOrientation ReadOrientation(ReadOnlySpan<byte> data) => ExifOrientation.TopLeft;
}
