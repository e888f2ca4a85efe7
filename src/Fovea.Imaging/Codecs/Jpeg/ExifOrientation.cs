using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Finds the orientation in an EXIF segment. Anything odd in it means "upright": metadata never fail a picture.</summary>
internal static class ExifOrientation
{
    private const ushort OrientationTag = 0x0112;
    private const ushort ShortType = 3;
    private const int EntryLength = 12;

    /// <summary>The orientation, 1 to 8; 0 if the segment is not EXIF.</summary>
    public static int Find(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 6 + 8 || !segment.StartsWith("Exif\0"u8))
        {
            return 0;
        }

        ReadOnlySpan<byte> tiff = segment[6..];
        bool little = tiff.StartsWith("II"u8);
        if (!little && !tiff.StartsWith("MM"u8))
        {
            return 1;
        }

        uint directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
        {
            return 1;
        }

        ReadOnlySpan<byte> entries = tiff[(int)directory..];
        int count = Short(entries, little);
        entries = entries[2..];
        int orientation = 1;
        for (int i = 0; i < count && entries.Length >= EntryLength; i++, entries = entries[EntryLength..])
        {
            if (Short(entries, little) == OrientationTag && Short(entries[2..], little) == ShortType
                && Short(entries[8..], little) is >= 1 and <= 8 and ushort value)
            {
                orientation = value;
            }
        }

        return orientation;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
