namespace Fovea.Imaging.Codecs;

/// <summary>Reads one image format. Implement it and call <see cref="ImageCodecs.Register"/> to plug in another.</summary>
public interface IImageDecoder
{
    /// <summary>The name of the format as messages print it, such as <c>png</c>.</summary>
    string Name { get; }

    /// <summary>Whether the first bytes of a file (at least 16, unless the file is shorter) are of this format.</summary>
    bool Matches(ReadOnlySpan<byte> header);

    /// <summary>Decodes a whole file held in memory.</summary>
    /// <exception cref="ImageException">The bytes are not a picture of this format, or it is beyond the limits.</exception>
    Image Decode(ReadOnlySpan<byte> data, ImageLimits limits);
}
