using System.Text;

namespace Fovea.Training.Data;

/// <summary>The fields of a tar header and of the records that extend it.</summary>
internal static class TarHeader
{
    /// <summary>Whether the sum of the header's bytes, its own field read as blanks, is what the field says.</summary>
    public static bool ChecksumHolds(ReadOnlySpan<byte> header)
    {
        long sum = 8 * ' ';
        for (int i = 0; i < header.Length; i++)
        {
            sum += i is >= 148 and < 156 ? 0 : header[i];
        }

        return Number(header.Slice(148, 8)) == sum;
    }

    /// <summary>An octal number, or a binary one behind a first byte of 128. Null when it is neither or too large for any file.</summary>
    public static long? Number(ReadOnlySpan<byte> field)
    {
        long value = 0;
        if (field[0] == 0x80)
        {
            foreach (byte b in field[1..])
            {
                if (value >> 50 != 0)
                {
                    return null;
                }

                value = (value << 8) | b;
            }

            return value >> 60 == 0 ? value : null;
        }

        field = field.Trim(" \0"u8);
        foreach (byte b in field)
        {
            if (b is < (byte)'0' or > (byte)'7')
            {
                return null;
            }

            value = (value << 3) | (long)(b - '0');
        }

        return value;
    }

    /// <summary>The path in a header, with the prefix that the ustar form keeps apart.</summary>
    public static string Name(ReadOnlySpan<byte> header)
    {
        string name = Text(header[..100]);
        bool hasPrefix = header.Slice(257, 6).SequenceEqual("ustar\0"u8) && header[345] != 0;
        return hasPrefix ? $"{Text(header.Slice(345, 155))}/{name}" : name;
    }

    /// <summary>A text that ends at its first zero byte.</summary>
    public static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>Takes path and size from a pax record list: lines of "length key=value", the length counting itself and the line end.</summary>
    public static void ReadPax(ReadOnlySpan<byte> records, ref string? path, ref long? size)
    {
        while (records.IndexOf((byte)' ') is > 0 and int space)
        {
            if (!int.TryParse(records[..space], out int length) || length <= space + 1 || length > records.Length)
            {
                return;
            }

            ReadOnlySpan<byte> record = records[(space + 1)..(length - 1)];
            if (record.StartsWith("path="u8))
            {
                path = Text(record[5..]);
            }
            else if (record.StartsWith("size="u8) && long.TryParse(record[5..], out long value) && value is >= 0 and < 1L << 60)
            {
                size = value;
            }

            records = records[length..];
        }
    }
}
