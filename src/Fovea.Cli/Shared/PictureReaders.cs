using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Tiff;

namespace Fovea.Cli;

/// <summary>The decoders that the command line has beside those of the library.</summary>
internal static class PictureReaders
{
    // Once, whoever asks: the list of decoders is the process's.
    private static readonly Lazy<IImageDecoder> s_tiff = new(() =>
    {
        var decoder = new TiffDecoder();
        ImageCodecs.Register(decoder);
        return decoder;
    });

    /// <summary>Sees to it that they are registered.</summary>
    public static void Register() => _ = s_tiff.Value;
}
