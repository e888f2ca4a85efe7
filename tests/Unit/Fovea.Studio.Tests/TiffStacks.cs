using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Tiff;
using Fovea.Testing.Tiff;

namespace Fovea.Studio.Tests;

/// <summary>A file of three pictures, for whoever uploads.</summary>
internal static class TiffStacks
{
    public const int Pages = 3;

    // The command line registers TIFF; a program with the studio alone does as this does.
    private static readonly Lazy<TiffDecoder> s_decoder = new(() =>
    {
        var decoder = new TiffDecoder();
        ImageCodecs.Register(decoder);
        return decoder;
    });

    /// <summary>The file: page p is p + 8 pixels wide and 7 high, in greys of its own.</summary>
    public static byte[] File()
    {
        _ = s_decoder.Value;
        return TiffParts.File([.. Enumerable.Range(1, Pages).Select(Page)]);
    }

    /// <summary>The samples of a page.</summary>
    public static byte[] Samples(int page) => Array.ConvertAll(Page(page).Values, v => (byte)v);

    private static TiffPicture Page(int page) => TiffPicture.Drawn(page + 8, 7, 8, 1, seed: page);
}
