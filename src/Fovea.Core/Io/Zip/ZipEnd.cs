using System.Buffers.Binary;

namespace Fovea.Io.Zip;

/// <summary>Finds the directory of a zip archive from its end record, with 64-bit sizes where it has them.</summary>
internal static class ZipEnd
{
    public static (long DirectoryAt, long DirectoryBytes, long Count) Find(Stream stream, Func<string, DataFormatException> error)
    {
        // A comment of up to 65,535 bytes may follow the record.
        int tailBytes = (int)Math.Min(stream.Length, ZipFormat.EndBytes + ushort.MaxValue);
        byte[] tail = new byte[tailBytes];
        stream.Position = stream.Length - tailBytes;
        stream.ReadExactly(tail);
        for (int i = tailBytes - ZipFormat.EndBytes; i >= 0; i--)
        {
            ReadOnlySpan<byte> end = tail.AsSpan(i);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) == ZipFormat.End
                && BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == end.Length - ZipFormat.EndBytes)
            {
                return Read(stream, end, stream.Length - tailBytes + i, error);
            }
        }

        throw error("the end of the zip archive is missing; the file was cut off, download or copy it again");
    }

    private static (long At, long Bytes, long Count) Read(Stream stream, ReadOnlySpan<byte> end, long endAt, Func<string, DataFormatException> error)
    {
        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        ulong bytes = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        ulong at = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        long limit = endAt;
        if (count == ushort.MaxValue || bytes == uint.MaxValue || at == uint.MaxValue)
        {
            limit = Find64(stream, endAt, ref count, ref bytes, ref at, error);
        }

        return at <= (ulong)limit && bytes <= (ulong)limit - at && count <= bytes / ZipFormat.CentralHeaderBytes
            ? ((long)at, (long)bytes, (long)count)
            : throw error("the zip directory lies outside the file; the file is damaged");
    }

    private static long Find64(
        Stream stream, long endAt, ref ulong count, ref ulong bytes, ref ulong at, Func<string, DataFormatException> error)
    {
        Span<byte> locator = stackalloc byte[ZipFormat.Locator64Bytes];
        Span<byte> end = stackalloc byte[ZipFormat.End64Bytes];
        if (endAt < locator.Length)
        {
            return endAt;
        }

        stream.Position = endAt - locator.Length;
        stream.ReadExactly(locator);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != ZipFormat.Locator64)
        {
            return endAt;
        }

        ulong recordAt = BinaryPrimitives.ReadUInt64LittleEndian(locator[8..]);
        if (recordAt > (ulong)Math.Max(0, endAt - locator.Length - end.Length))
        {
            throw error("the 64-bit end of the zip archive lies outside the file; the file is damaged");
        }

        stream.Position = (long)recordAt;
        stream.ReadExactly(end);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != ZipFormat.End64)
        {
            throw error("the 64-bit end of the zip archive is damaged");
        }

        count = BinaryPrimitives.ReadUInt64LittleEndian(end[32..]);
        bytes = BinaryPrimitives.ReadUInt64LittleEndian(end[40..]);
        at = BinaryPrimitives.ReadUInt64LittleEndian(end[48..]);
        return (long)recordAt;
    }
}
