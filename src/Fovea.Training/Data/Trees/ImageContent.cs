using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>What a file is by its first bytes.</summary>
internal static class ImageContent
{
    /// <summary>The format of a picture that begins so; null when it is none that is known.</summary>
    public static string? FormatOf(ReadOnlySpan<byte> head)
    {
        foreach (IImageDecoder decoder in ImageCodecs.Decoders)
        {
            if (decoder.Matches(head))
            {
                return decoder.Name;
            }
        }

        // Not readable, but a picture that somebody put among the others.
        return PictureFormats.OfContent(head)?.Name;
    }
}
