using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Fovea.Training.Data;

/// <summary>
/// What lies where in one shard: a file beside it, <c>000000.idx</c>. Little endian: the mark, the shard's bytes (8), samples (4), labels (4), bytes of all
/// names (4), what is wrong with the shard (a text, empty for nothing), the labels (texts), a record for each sample: place (8), length (4), label (4), end of
/// its name among the names (4); the names; the SHA-256 of all before. A text is its length (2) and UTF-8.
/// </summary>
/// <param name="Length">The shard's bytes.</param>
/// <param name="Offsets">Where each picture begins.</param>
/// <param name="Lengths">The bytes of each.</param>
/// <param name="Labels">The label of each, a place in <paramref name="Texts"/>.</param>
/// <param name="Texts">The labels as the shard has them: numbers or names of classes.</param>
/// <param name="NameEnds">Where the name of each ends in <paramref name="Names"/>; it begins where the one before ends.</param>
/// <param name="Names">The names of all pictures in UTF-8.</param>
/// <param name="Problem">What is wrong with the shard, in a sentence; empty for nothing.</param>
internal sealed record ShardIndex(long Length, long[] Offsets, int[] Lengths, int[] Labels, string[] Texts, int[] NameEnds, byte[] Names, string Problem)
{
    /// <summary>The bytes of a record.</summary>
    public const int RecordBytes = 20;

    /// <summary>The most bytes of a label.</summary>
    public const int LongestText = 1024;
    private const int HashBytes = 32;
    private static readonly byte[] s_mark = "FOVSHD01"u8.ToArray();

    /// <summary>How many samples the shard has.</summary>
    public int Count => Offsets.Length;

    /// <summary>Where the records begin in the file.</summary>
    public int RecordsAt => s_mark.Length + 20 + TextBytes(Problem) + Texts.Sum(TextBytes);

    /// <summary>The file of a shard's index.</summary>
    public static string PathOf(string shard) => Path.ChangeExtension(shard, ".idx");

    /// <summary>The name of a sample.</summary>
    public string Name(int index) => Encoding.UTF8.GetString(Names.AsSpan((index == 0 ? 0 : NameEnds[index - 1])..NameEnds[index]));

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[RecordsAt + ((long)RecordBytes * Count) + Names.Length + HashBytes];
        s_mark.CopyTo(bytes, 0);
        Span<byte> rest = bytes.AsSpan(s_mark.Length);
        BinaryPrimitives.WriteInt64LittleEndian(rest, Length);
        BinaryPrimitives.WriteInt32LittleEndian(rest[8..], Count);
        BinaryPrimitives.WriteInt32LittleEndian(rest[12..], Texts.Length);
        BinaryPrimitives.WriteInt32LittleEndian(rest[16..], Names.Length);
        rest = rest[20..];
        foreach (string text in (string[])[Problem, .. Texts])
        {
            int length = Encoding.UTF8.GetBytes(text, rest[2..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)length));
            rest = rest[(2 + length)..];
        }

        for (int i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(rest, Offsets[i]);
            BinaryPrimitives.WriteInt32LittleEndian(rest[8..], Lengths[i]);
            BinaryPrimitives.WriteInt32LittleEndian(rest[12..], Labels[i]);
            BinaryPrimitives.WriteInt32LittleEndian(rest[16..], NameEnds[i]);
            rest = rest[RecordBytes..];
        }

        Names.CopyTo(rest);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - HashBytes), rest[Names.Length..]);
        return bytes;
    }

    /// <summary>Reads the file's bytes; null when they are damaged, or of another form.</summary>
    public static ShardIndex? Parse(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.Length - HashBytes;
        if (end < s_mark.Length + 20 || !bytes.StartsWith(s_mark) || !SHA256.HashData(bytes[..end]).AsSpan().SequenceEqual(bytes[end..]))
        {
            return null;
        }

        ReadOnlySpan<byte> rest = bytes[s_mark.Length..end];
        long length = BinaryPrimitives.ReadInt64LittleEndian(rest);
        int count = BinaryPrimitives.ReadInt32LittleEndian(rest[8..]), labels = BinaryPrimitives.ReadInt32LittleEndian(rest[12..]), named = BinaryPrimitives.ReadInt32LittleEndian(rest[16..]);
        rest = rest[20..];

        // Every number is held against the bytes that are there before memory is taken for it.
        if (length < 0 || count < 0 || labels < 0 || named < 0 || labels > rest.Length / 2 || ((long)RecordBytes * count) + named > rest.Length)
        {
            return null;
        }

        string[] texts = new string[labels + 1];
        for (int i = 0; i < texts.Length; i++)
        {
            int size = rest.Length < 2 ? int.MaxValue : BinaryPrimitives.ReadUInt16LittleEndian(rest);
            if (size > rest.Length - 2)
            {
                return null;
            }

            texts[i] = Encoding.UTF8.GetString(rest.Slice(2, size));
            rest = rest[(2 + size)..];
        }

        return ((long)RecordBytes * count) + named == rest.Length ? Records(rest, length, count, texts) : null;
    }

    private static ShardIndex? Records(ReadOnlySpan<byte> rest, long length, int count, string[] texts)
    {
        var index = new ShardIndex(length, new long[count], new int[count], new int[count], texts[1..], new int[count], rest[(RecordBytes * count)..].ToArray(), texts[0]);
        int named = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> record = rest.Slice(i * RecordBytes, RecordBytes);
            long offset = index.Offsets[i] = BinaryPrimitives.ReadInt64LittleEndian(record);
            int size = index.Lengths[i] = BinaryPrimitives.ReadInt32LittleEndian(record[8..]);
            int label = index.Labels[i] = BinaryPrimitives.ReadInt32LittleEndian(record[12..]);
            int before = named;
            named = index.NameEnds[i] = BinaryPrimitives.ReadInt32LittleEndian(record[16..]);
            if (offset < 0 || size < 0 || offset > length - size || (uint)label >= (uint)index.Texts.Length || named < before || named > index.Names.Length)
            {
                return null;
            }
        }

        return index;
    }

    private static int TextBytes(string text) => 2 + Encoding.UTF8.GetByteCount(text);
}
