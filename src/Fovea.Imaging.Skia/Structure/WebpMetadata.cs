namespace Fovea.Imaging.Codecs.Webp.Structure;

/// <summary>Finds the orientation in the chunks of metadata, wherever they are in the file: EXIF, or else XMP.</summary>
internal static class WebpMetadata
{
    private const int HeadLength = 12;

    public static ExifOrientation Orientation(ReadOnlySpan<byte> data)
    {
        if (!WebpFile.HasSignature(data))
        {
            return ExifOrientation.TopLeft;
        }

        ExifOrientation? exif = null, xmp = null;
        try
        {
            for (ReadOnlySpan<byte> rest = data[HeadLength..]; !rest.IsEmpty;)
            {
                WebpChunk chunk = WebpChunk.Read(rest);
                exif ??= chunk.Is("EXIF"u8) ? ExifSegment.Find(chunk.Body) : null;
                xmp ??= chunk.Is("XMP "u8) ? XmpPacket.Find(chunk.Body) : null;
                rest = chunk.After(rest);
            }
        }
        catch (ImageException)
        {
            // The decoder says what is cut short.
        }

        return exif ?? xmp ?? ExifOrientation.TopLeft;
    }
}
