using System.Buffers.Binary;

namespace Fovea.Imaging.Tests.Jpeg;

/// <summary>Takes JPEG files apart and puts them together, so that tests can break one rule at a time.</summary>
internal static class JpegParts
{
    /// <summary>The place of the first segment with a marker, among those before the first scan's data.</summary>
    public static int Find(byte[] file, byte marker)
    {
        int at = 2;
        while (file[at + 1] != marker)
        {
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
        }

        return at;
    }

    /// <summary>The first byte behind the header of the first scan.</summary>
    public static int DataStart(byte[] file)
    {
        int scan = Find(file, 0xDA);
        return scan + 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(scan + 2));
    }

    /// <summary>The file with bytes written over a segment, counted from its marker.</summary>
    public static byte[] Patch(byte[] file, byte marker, int offset, params ReadOnlySpan<byte> bytes)
    {
        byte[] copy = [.. file];
        bytes.CopyTo(copy.AsSpan(Find(file, marker) + offset));
        return copy;
    }

    /// <summary>The file without the segments of a marker.</summary>
    public static byte[] Without(byte[] file, byte marker)
    {
        var rest = new List<byte>(file[..2]);
        int at = 2;
        while (at < DataStart(file))
        {
            int end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
            if (file[at + 1] != marker)
            {
                rest.AddRange(file[at..end]);
            }

            at = end;
        }

        return [.. rest, .. file[at..]];
    }

    /// <summary>The file with a segment put in front of another.</summary>
    public static byte[] Insert(byte[] file, byte before, params byte[] segment)
    {
        int at = Find(file, before);
        return [.. file[..at], .. segment, .. file[at..]];
    }
}
