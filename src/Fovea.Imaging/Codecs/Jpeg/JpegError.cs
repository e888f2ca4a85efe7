namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Makes the exceptions of the decoder, so that each throw site is one line.</summary>
internal static class JpegError
{
    public static ImageException Malformed(string message) => new(ImageError.Malformed, $"jpeg: {message}");

    public static ImageException Truncated(string message) => new(ImageError.Truncated, $"jpeg: {message}");

    public static ImageException Unsupported(string message) => new(ImageError.Unsupported, $"jpeg: {message}");
}
