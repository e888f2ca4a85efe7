using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs;

/// <summary>Finds the orientation in EXIF data, for decoders of formats that hold them: a small TIFF file. Anything odd in them means that they do not say.</summary>
public static class ExifSegment
{
    private const ushort OrientationTag = 0x0112;
    private const int EntryLength = 12;

    /// <summary>What EXIF data begin with in JPEG; PNG leaves it out, and some writers do not.</summary>
    internal static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>The orientation, or null if the data do not say.</summary>
    /// <param name="exif">The data, with or without the <c>Exif\0\0</c> that they begin with in JPEG.</param>
    public static ExifOrientation? Find(ReadOnlySpan<byte> exif)
    {
        ReadOnlySpan<byte> tiff = exif.StartsWith(Prefix) ? exif[Prefix.Length..] : exif;
        bool little = tiff.StartsWith("II"u8);
        if (tiff.Length < 8 || (!little && !tiff.StartsWith("MM"u8)))
        {
            return null;
        }

        uint directory = Long(tiff[4..], little);
        if (directory > tiff.Length - 2)
        {
            return null;
        }

        ReadOnlySpan<byte> entries = tiff[(int)directory..];
        int count = Short(entries, little);
        entries = entries[2..];
        ExifOrientation? orientation = null;
        for (int i = 0; i < count && entries.Length >= EntryLength; i++, entries = entries[EntryLength..])
        {
            if (Short(entries, little) == OrientationTag && Value(entries, little) is >= 1 and <= 8 and uint value)
            {
                orientation = (ExifOrientation)value;
            }
        }

        return orientation;
    }

    // The standard says SHORT; writers use the other whole numbers as well.
    private static uint Value(ReadOnlySpan<byte> entry, bool little) => Short(entry[2..], little) switch
    {
        1 or 6 => entry[8],
        3 or 8 => Short(entry[8..], little),
        4 or 9 => Long(entry[8..], little),
        _ => 0,
    };

    private static ushort Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint Long(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
