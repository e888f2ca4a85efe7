using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Fovea.Training.Data;

/// <summary>
/// What lies where in one shard: a file beside it, <c>000000.idx</c>. Little endian: the mark, the shard's bytes (8), samples (4), labels (4), bytes of all
/// names (4), what is wrong with the shard (a text, empty for nothing), the labels (texts), a record for each sample: place (8), length (4), label (4), end of
/// its name among the names (4), and where a mask or boxes stand beside the pictures, of which the mark tells, their place (8) and length (4, −1 where there are none); the names; the
/// SHA-256 of all before. A text is its length (2) and UTF-8.
/// </summary>
/// <param name="Length">The shard's bytes.</param>
/// <param name="Offsets">Where each picture begins.</param>
/// <param name="Lengths">The bytes of each.</param>
/// <param name="Labels">The label of each, a place in <paramref name="Texts"/>; 0 of pictures with masks or boxes.</param>
/// <param name="Texts">The labels as the shard has them: numbers or names of classes; of boxes the names of their classes.</param>
/// <param name="NameEnds">Where the name of each ends in <paramref name="Names"/>; it begins where the one before ends.</param>
/// <param name="Names">The names of all pictures in UTF-8.</param>
/// <param name="Problem">What is wrong with the shard, in a sentence; empty for nothing.</param>
internal sealed record ShardIndex(long Length, long[] Offsets, int[] Lengths, int[] Labels, string[] Texts, int[] NameEnds, byte[] Names, string Problem)
{
    /// <summary>Where in a record the end of the name stands.</summary>
    public const int NameEndAt = 16;

    private const int ClassRecord = 20;
    private const int PartRecord = 32;

    /// <summary>The most bytes of a label.</summary>
    public const int LongestText = 1024;
    private const int HashBytes = 32;
    private static readonly byte[][] s_marks = ["FOVSHD01"u8.ToArray(), "FOVSHD02"u8.ToArray(), "FOVSHD03"u8.ToArray()];

    /// <summary>What stands beside the pictures.</summary>
    public ShardLabels Kind { get; init; }

    /// <summary>Where the mask or the boxes of each picture begin; empty for classes.</summary>
    public long[] PartOffsets { get; init; } = [];

    /// <summary>Their bytes, −1 where there are none; empty for classes.</summary>
    public int[] PartLengths { get; init; } = [];

    /// <summary>The bytes of a record.</summary>
    public int RecordBytes => RecordOf(Kind);

    /// <summary>How many samples the shard has.</summary>
    public int Count => Offsets.Length;

    /// <summary>Where the records begin in the file.</summary>
    public int RecordsAt => Mark.Length + 20 + TextBytes(Problem) + Texts.Sum(TextBytes);

    /// <summary>The file of a shard's index.</summary>
    public static string PathOf(string shard) => Path.ChangeExtension(shard, ".idx");

    /// <summary>The name of a sample.</summary>
    public string Name(int index) => Encoding.UTF8.GetString(Names.AsSpan((index == 0 ? 0 : NameEnds[index - 1])..NameEnds[index]));

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[RecordsAt + ((long)RecordBytes * Count) + Names.Length + HashBytes];
        Mark.CopyTo(bytes, 0);
        Span<byte> rest = bytes.AsSpan(Mark.Length);
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
            if (Kind != ShardLabels.Classes)
            {
                BinaryPrimitives.WriteInt64LittleEndian(rest[20..], PartOffsets[i]);
                BinaryPrimitives.WriteInt32LittleEndian(rest[28..], PartLengths[i]);
            }

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
        int kind = end < s_marks[0].Length + 20 ? -1 : KindOf(bytes);
        if (kind < 0 || !SHA256.HashData(bytes[..end]).AsSpan().SequenceEqual(bytes[end..]))
        {
            return null;
        }

        int recordBytes = RecordOf((ShardLabels)kind);
        ReadOnlySpan<byte> rest = bytes[s_marks[kind].Length..end];
        long length = BinaryPrimitives.ReadInt64LittleEndian(rest);
        int count = BinaryPrimitives.ReadInt32LittleEndian(rest[8..]), labels = BinaryPrimitives.ReadInt32LittleEndian(rest[12..]), named = BinaryPrimitives.ReadInt32LittleEndian(rest[16..]);
        rest = rest[20..];

        // Every number is held against the bytes that are there before memory is taken for it.
        if (length < 0 || count < 0 || labels < 0 || named < 0 || labels > rest.Length / 2 || ((long)recordBytes * count) + named > rest.Length)
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

        return ((long)recordBytes * count) + named == rest.Length ? Records(rest, length, count, texts, (ShardLabels)kind) : null;
    }

    private static ShardIndex? Records(ReadOnlySpan<byte> rest, long length, int count, string[] texts, ShardLabels kind)
    {
        int recordBytes = RecordOf(kind), parts = kind == ShardLabels.Classes ? 0 : count;
        var index = new ShardIndex(length, new long[count], new int[count], new int[count], texts[1..], new int[count], rest[(recordBytes * count)..].ToArray(), texts[0])
        {
            Kind = kind,
            PartOffsets = new long[parts],
            PartLengths = new int[parts],
        };
        int named = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> record = rest.Slice(i * recordBytes, recordBytes);
            long offset = index.Offsets[i] = BinaryPrimitives.ReadInt64LittleEndian(record);
            int size = index.Lengths[i] = BinaryPrimitives.ReadInt32LittleEndian(record[8..]);
            int label = index.Labels[i] = BinaryPrimitives.ReadInt32LittleEndian(record[12..]);
            int before = named;
            named = index.NameEnds[i] = BinaryPrimitives.ReadInt32LittleEndian(record[16..]);
            if (offset < 0 || size < 0 || offset > length - size || (parts == 0 ? (uint)label >= (uint)index.Texts.Length : label != 0) || named < before || named > index.Names.Length)
            {
                return null;
            }

            if (parts > 0)
            {
                long place = index.PartOffsets[i] = BinaryPrimitives.ReadInt64LittleEndian(record[20..]);
                int bytes = index.PartLengths[i] = BinaryPrimitives.ReadInt32LittleEndian(record[28..]);
                if (place < 0 || bytes < -1 || place > length - Math.Max(0, bytes))
                {
                    return null;
                }
            }
        }

        return index;
    }

    private byte[] Mark => s_marks[(int)Kind];

    private static int RecordOf(ShardLabels kind) => kind == ShardLabels.Classes ? ClassRecord : PartRecord;

    private static int KindOf(ReadOnlySpan<byte> bytes)
    {
        int kind = s_marks.Length - 1;
        while (kind >= 0 && !bytes.StartsWith(s_marks[kind]))
        {
            kind--;
        }

        return kind;
    }

    private static int TextBytes(string text) => 2 + Encoding.UTF8.GetByteCount(text);
}
