using System.Text;

namespace Fovea.Training.Data;

/// <summary>Writes a tar in the ustar form, whose bytes follow from names and contents alone: no time, no owner.</summary>
internal static class ShardTar
{
    private const int Block = 512;

    /// <summary>The bytes that end an archive.</summary>
    public const int EndBytes = 2 * Block;

    /// <summary>The bytes that a file takes.</summary>
    public static long Bytes(long content) => Block + ((content + Block - 1) / Block * Block);

    /// <summary>Writes a file.</summary>
    /// <param name="stream">The archive.</param>
    /// <param name="name">At most 100 bytes.</param>
    /// <param name="content">Its content, below 8 GB.</param>
    public static void Write(Stream stream, string name, ReadOnlySpan<byte> content)
    {
        Span<byte> header = stackalloc byte[Block];
        header.Clear();
        Encoding.UTF8.GetBytes(name, header[..100]);
        Octal(header[100..108], 0b110_100_100);
        Octal(header[108..116], 0);
        Octal(header[116..124], 0);
        Octal(header[124..136], content.Length);
        Octal(header[136..148], 0);
        header[156] = (byte)'0';
        "ustar\0"u8.CopyTo(header[257..]);
        "00"u8.CopyTo(header[263..]);

        // The sum is taken with blanks in its own field, which then holds six digits, a zero and a blank.
        header[148..156].Fill((byte)' ');
        int sum = 0;
        foreach (byte b in header)
        {
            sum += b;
        }

        Octal(header[148..155], sum);
        header[154] = 0;
        stream.Write(header);
        stream.Write(content);
        Span<byte> padding = stackalloc byte[Block];
        padding.Clear();
        stream.Write(padding[..(int)(-content.Length & (Block - 1))]);
    }

    /// <summary>Writes the end.</summary>
    public static void WriteEnd(Stream stream) => stream.Write(new byte[EndBytes]);

    private static void Octal(Span<byte> field, long value) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(field.Length - 1, '0'), field);
}
