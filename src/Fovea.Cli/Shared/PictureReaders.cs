using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Tiff;
using Fovea.Imaging.Codecs.Webp;

namespace Fovea.Cli;

/// <summary>The decoders that the command line has beside those of the library.</summary>
internal static class PictureReaders
{
    /// <summary>The variable that leaves out decoders of native code, where it is 0.</summary>
    public const string NativeVariable = "FOVEA_NATIVE_DECODERS";

    // Once, whoever asks: the list of decoders is the process's.
    private static readonly Lazy<IReadOnlyList<IImageDecoder>> s_registered = new(() =>
    {
        IReadOnlyList<IImageDecoder> decoders = Wanted(Environment.GetEnvironmentVariable(NativeVariable));
        foreach (IImageDecoder decoder in decoders)
        {
            ImageCodecs.Register(decoder);
        }

        return decoders;
    });

    /// <summary>Sees to it that they are registered.</summary>
    public static void Register() => _ = s_registered.Value;

    /// <summary>The decoders by the variable's value. That of WebP loads its native library with the first such picture, and not before.</summary>
    /// <param name="native">What the variable says; null where it is not set.</param>
    public static IReadOnlyList<IImageDecoder> Wanted(string? native) => native == "0" ? [new TiffDecoder()] : [new WebpDecoder(), new TiffDecoder()];
}
