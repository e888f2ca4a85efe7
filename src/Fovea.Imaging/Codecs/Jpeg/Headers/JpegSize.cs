namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Finds the frame header without decoding anything.</summary>
internal static class JpegSize
{
    /// <summary>Reads the markers up to the frame header.</summary>
    /// <exception cref="ImageException">There is none, or it is of a kind that is not read.</exception>
    public static PictureHeader Find(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        MarkerReader reader = new(data) { Position = Math.Min(2, data.Length) };
        for (byte marker = reader.Next(); marker is not (Marker.None or Marker.Eoi or Marker.Sos); marker = reader.Next())
        {
            if (marker is Marker.Tem or Marker.Soi || Marker.IsRestart(marker))
            {
                continue;
            }

            ReadOnlySpan<byte> segment = reader.Segment(marker);
            if (marker is >= Marker.Sof0 and <= Marker.Sof15 and not (Marker.Dht or Marker.Jpg or Marker.Dac))
            {
                JpegFrame frame = JpegFrame.Parse(marker, segment);
                limits.Check("jpeg", frame.Width, frame.Height, 0);
                return new PictureHeader(frame.Width, frame.Height, byte.MaxValue);
            }
        }

        throw JpegError.Truncated($"the file of {data.Length} bytes has no frame header before its picture data.");
    }
}
