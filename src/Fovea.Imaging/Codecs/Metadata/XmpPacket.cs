namespace Fovea.Imaging.Codecs;

/// <summary>Finds the orientation in an XMP packet, which counts only where EXIF data do not say, as Pillow has it.</summary>
public static class XmpPacket
{
    /// <summary>The orientation, or null if the packet does not say: <c>tiff:Orientation="6"</c>, or the element of that name.</summary>
    /// <param name="packet">The packet's text, in UTF-8.</param>
    public static ExifOrientation? Find(ReadOnlySpan<byte> packet)
    {
        ReadOnlySpan<byte> name = "tiff:Orientation"u8;
        for (int at = packet.IndexOf(name); at >= 0; at = packet.IndexOf(name))
        {
            packet = packet[(at + name.Length)..];
            int digit = packet.StartsWith("=\""u8) || packet.StartsWith("='"u8) ? 2 : packet.StartsWith(">"u8) ? 1 : packet.Length;
            if (digit < packet.Length && packet[digit] is >= (byte)'1' and <= (byte)'8' and byte value)
            {
                return (ExifOrientation)(value - '0');
            }
        }

        return null;
    }
}
