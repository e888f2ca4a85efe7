namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Finds the orientation in the segments before the first scan: the first EXIF segment's, or else XMP's.</summary>
internal static class JpegOrientation
{
    public static ExifOrientation Find(ReadOnlySpan<byte> data)
    {
        ExifOrientation? exif = null, xmp = null;
        bool seen = false;
        MarkerReader reader = new(data) { Position = Math.Min(2, data.Length) };
        try
        {
            for (byte marker = reader.Next(); marker is not (Marker.None or Marker.Eoi or Marker.Sos); marker = reader.Next())
            {
                if (marker is Marker.Tem or Marker.Soi || Marker.IsRestart(marker))
                {
                    continue;
                }

                ReadOnlySpan<byte> segment = reader.Segment(marker);
                if (marker == Marker.App1 && !seen && segment.StartsWith(ExifSegment.Prefix))
                {
                    seen = true;
                    exif = ExifSegment.Find(segment);
                }
                else if (marker == Marker.App1 && segment.StartsWith("http://ns.adobe.com/xap/1.0/\0"u8))
                {
                    xmp ??= XmpPacket.Find(segment);
                }
            }
        }
        catch (ImageException)
        {
            // A segment that is cut off: what came before it counts, and the decoder says what is wrong.
            return exif ?? xmp ?? ExifOrientation.TopLeft;
        }

        return exif ?? xmp ?? ExifOrientation.TopLeft;
    }
}
