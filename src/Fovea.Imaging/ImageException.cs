using Fovea.Imaging.Codecs;

namespace Fovea.Imaging;

/// <summary>Why an image could not be read or written.</summary>
public enum ImageError
{
    /// <summary>No registered decoder reads files of this kind; the message says of which kind it is, where that can be seen.</summary>
    UnknownFormat,

    /// <summary>The data break the rules of their format.</summary>
    Malformed,

    /// <summary>The data end too early.</summary>
    Truncated,

    /// <summary>The format is known, but the file uses a feature that is not supported.</summary>
    Unsupported,

    /// <summary>The picture is larger than the <see cref="ImageLimits"/> in force.</summary>
    TooLarge,
}

/// <summary>The one exception that decoding throws, whatever the bytes are; encoding throws it for what a format cannot hold.</summary>
public sealed class ImageException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="error">The kind of fault.</param>
    /// <param name="message">What was expected, what came, and what to do.</param>
    /// <param name="inner">The cause, when there is one.</param>
    public ImageException(ImageError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>The kind of fault.</summary>
    public ImageError Error { get; }

    /// <summary>The format of a file that no decoder reads, where its bytes or its name show it; else null.</summary>
    public PictureFormat? Format { get; init; }
}
