using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Ico;

/// <summary>The list of pictures at the start of an icon: 6 bytes, and 16 for each.</summary>
internal static class IcoDirectory
{
    private const int HeadLength = 6, EntryLength = 16, Cursor = 2;

    /// <summary>The bytes of the picture that stands for the file; the directory's sizes decide.</summary>
    /// <exception cref="ImageException">There is no picture, or it lies outside of the file.</exception>
    public static ReadOnlySpan<byte> Largest(ReadOnlySpan<byte> data)
    {
        if (data.Length < HeadLength || !PictureFormats.Ico.Matches(data))
        {
            throw new ImageException(ImageError.Malformed, "ico: the file does not begin with the list of one or more pictures (00 00 01 00, or 02 for a cursor).");
        }

        int count = BinaryPrimitives.ReadUInt16LittleEndian(data[4..]);
        if (data.Length < HeadLength + (count * EntryLength))
        {
            throw new ImageException(ImageError.Truncated, $"ico: the list of {count} pictures is longer than the file of {data.Length} bytes.");
        }

        // Where an icon has its bits, a cursor has the place of its tip.
        bool isCursor = data[2] == Cursor;
        ReadOnlySpan<byte> best = [];
        (int Area, int Bits) most = default;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = data.Slice(HeadLength + (i * EntryLength), EntryLength);
            (int Area, int Bits) size = (Side(entry[0]) * Side(entry[1]), isCursor ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]));
            if (size.CompareTo(most) >= 0)
            {
                best = entry;
                most = size;
            }
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(best[8..]), at = BinaryPrimitives.ReadUInt32LittleEndian(best[12..]);
        return at <= (uint)data.Length && length <= (uint)data.Length - at
            ? data.Slice((int)at, (int)length)
            : throw new ImageException(ImageError.Truncated, $"ico: a picture of {length} bytes at byte {at} lies outside of the file of {data.Length} bytes.");
    }

    // A byte holds no 256.
    private static int Side(byte side) => side == 0 ? 256 : side;
}
