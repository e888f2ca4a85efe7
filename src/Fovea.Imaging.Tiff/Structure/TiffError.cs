namespace Fovea.Imaging.Codecs.Tiff;

/// <summary>The exceptions of this reader.</summary>
internal static class TiffError
{
    public static ImageException Malformed(string message) => new(ImageError.Malformed, $"tiff: {message}");

    public static ImageException Truncated(string message) => new(ImageError.Truncated, $"tiff: {message}");

    public static ImageException Unsupported(string message) => new(ImageError.Unsupported, $"tiff: {message}");
}
