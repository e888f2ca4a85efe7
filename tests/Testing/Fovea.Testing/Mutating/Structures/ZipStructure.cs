using System.Buffers.Binary;
using System.IO.Compression;

namespace Fovea.Testing.Mutating;

/// <summary>Members, directory and its end, the checksums of both, and the formats of what is packed.</summary>
/// <param name="inner">The structure of the members.</param>
public sealed class ZipStructure(FileStructure inner) : FileStructure
{
    private static readonly int[] s_central = [4, 6, 8, 10, 28, 30, 32, 34];
    private static readonly int[] s_centralLong = [16, 20, 24, 42];
    private static readonly int[] s_local = [4, 6, 8, 26, 28];
    private static readonly int[] s_localLong = [14, 18, 22];
    private readonly Mutator _mutator = new(inner);

    public override IReadOnlyList<Part> Parts(byte[] file)
    {
        Entry[] entries = [.. Entries(file)];
        int[] starts = [.. entries.Select(e => e.Local).Concat(entries.Select(e => e.Central)).Where(s => s < file.Length).Distinct().Order(), file.Length];
        return [.. starts.Zip(starts.Skip(1), (a, b) => new Part(a, b - a))];
    }

    public override IReadOnlyList<Field> Fields(byte[] file)
    {
        var fields = new List<Field>();
        void Add(int at, int[] places, int size) => fields.AddRange(
            places.Select(p => new Field(at + p, size, FieldForm.LittleEndian)).Where(f => f.At + f.Size <= file.Length));
        foreach (Entry entry in Entries(file))
        {
            Add(entry.Central, s_central, 2);
            Add(entry.Central, s_centralLong, 4);
            Add(entry.Local, s_local, 2);
            Add(entry.Local, s_localLong, 4);
        }

        int end = file.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        Add(Math.Max(0, end), [4, 6, 8, 10, 20], 2);
        Add(Math.Max(0, end), [12, 16], 4);
        return fields;
    }

    public override byte[] Mend(byte[] file)
    {
        foreach (Entry entry in Entries(file))
        {
            if (Content(file, entry) is { } content)
            {
                uint crc = Checksums.Crc32(content);
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(entry.Central + 16), crc);
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(entry.Local + 14), crc);
            }
        }

        return file;
    }

    public override byte[]? Repack(byte[] file, Random random)
    {
        List<(string Name, byte[] Content)> members = [.. Entries(file).Select(e => (e.Name, Content(file, e) ?? []))];
        if (members.Count == 0)
        {
            return null;
        }

        // The first holds what says how the others are read.
        int at = random.Next(2) == 0 ? 0 : random.Next(members.Count);
        switch (random.Next(12))
        {
            case 0:
                members.RemoveAt(at);
                break;
            case 1:
                members.Add(members[at]);
                break;
            case 2:
                members[at] = (members[random.Next(members.Count)].Name, members[at].Content);
                break;
            case 3:
                members[at] = (members[at].Name + (char)random.Next(32, 127), members[at].Content);
                break;
            default:
                members[at] = (members[at].Name, inner.Mend([.. _mutator.Edit(members[at].Content, random)]));
                break;
        }

        return Pack(members, random.Next(3) == 0);
    }

    /// <summary>Packs members in order.</summary>
    public static byte[] Pack(IEnumerable<(string Name, byte[] Content)> members, bool compress)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in members)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name, compress ? CompressionLevel.Fastest : CompressionLevel.NoCompression);

                // The clock must not be in the file: the same case is the same bytes.
                entry.LastWriteTime = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using Stream body = entry.Open();
                body.Write(content);
            }
        }

        return stream.ToArray();
    }

    private static IEnumerable<Entry> Entries(byte[] file)
    {
        int end = file.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (end < 0 || end + 22 > file.Length)
        {
            yield break;
        }

        for (long at = Int(file, end + 16); at >= 0 && at + 46 <= file.Length && file.AsSpan((int)at, 4).SequenceEqual("PK\u0001\u0002"u8);)
        {
            int central = (int)at, local = Int(file, central + 42), name = Short(file, central + 28);
            if (local < 0 || local + 30L > file.Length || central + 46 + name > file.Length)
            {
                yield break;
            }

            long data = local + 30L + Short(file, local + 26) + Short(file, local + 28);
            yield return new Entry(System.Text.Encoding.Latin1.GetString(file, central + 46, name), central, local, data, Int(file, central + 20), Short(file, central + 10));
            at += 46L + name + Short(file, central + 30) + Short(file, central + 32);
        }
    }

    private static byte[]? Content(byte[] file, Entry entry)
    {
        if (entry.Length < 0 || entry.Data + entry.Length > file.Length)
        {
            return null;
        }

        byte[] stored = file[(int)entry.Data..(int)(entry.Data + entry.Length)];
        return entry.Method == 0 ? stored : Compression.Inflate(stored);
    }

    private static int Int(byte[] file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));

    private static int Short(byte[] file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at));

    private readonly record struct Entry(string Name, int Central, int Local, long Data, int Length, int Method);
}
