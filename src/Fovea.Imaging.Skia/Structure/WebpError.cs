namespace Fovea.Imaging.Codecs.Webp.Structure;

/// <summary>The exceptions of this reader.</summary>
internal static class WebpError
{
    public static ImageException Malformed(string message) => new(ImageError.Malformed, $"webp: {message}");

    public static ImageException Truncated(string message) => new(ImageError.Truncated, $"webp: {message}");
}
