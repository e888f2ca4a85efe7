using System.Formats.Tar;
using System.Text;
using Fovea.Testing.Mutating;

namespace Fovea.Soak.Readers;

/// <summary>Archives of a folder per class, of a table and of masks.</summary>
/// <param name="name">As the table has it.</param>
/// <param name="file">The name of the archive.</param>
/// <param name="structure">Of the archive.</param>
/// <param name="pack">Packs files in each way that the format has.</param>
public sealed class ArchiveReader(string name, string file, FileStructure structure, Func<IReadOnlyList<(string Name, byte[] Content)>, IEnumerable<byte[]>> pack)
    : DataReader(name, structure, file)
{
    public static ArchiveReader Tar { get; } = new("tar", "data.tar", new TarStructure(), Tars);

    public static ArchiveReader GZip { get; } = new("tar.gz", "data.tar.gz", new GZipStructure(new TarStructure()), files => Tars(files).Select(Compression.GZip));

    public static ArchiveReader Zip { get; } = new("zip", "data.zip", new ZipStructure(FileStructure.None), files => [ZipStructure.Pack(files, false), ZipStructure.Pack(files, true)]);

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new (string, byte[])[][]
        {
            [.. Classes(), ($"long/{new string('x', 90)}.png", Goldens.Picture(9))],
            [("list.csv", Encoding.UTF8.GetBytes("path,label\n0.png,a\n1.png,b\n")), ("0.png", Goldens.Picture(0)), ("1.png", Goldens.Picture(1))],
            [.. Masks()],
        }.SelectMany(pack),
    ];

    private static IEnumerable<(string Name, byte[] Content)> Classes() =>
        Enumerable.Range(0, 4).Select(i => ($"data/{(i < 2 ? "cat" : "Löwe")}/{i}.png", Goldens.Picture(i)));

    private static IEnumerable<(string Name, byte[] Content)> Masks() =>
        Enumerable.Range(0, 2).SelectMany(i => new[] { ($"images/{i}.png", Goldens.Picture(i)), ($"masks/{i}.png", Goldens.Mask(i)) });

    /// <summary>Files as a tar in each of its forms.</summary>
    internal static IEnumerable<byte[]> Tars(IReadOnlyList<(string Name, byte[] Content)> files) =>
        new[] { TarEntryFormat.V7, TarEntryFormat.Ustar, TarEntryFormat.Pax, TarEntryFormat.Gnu }.Select(format => Packed(format, files));

    private static byte[] Packed(TarEntryFormat format, IReadOnlyList<(string Name, byte[] Content)> members)
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, format, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in members)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    _ => new PaxTarEntry(TarEntryType.RegularFile, name),
                };

                // The clock must not be in the file: the same case is the same bytes.
                entry.ModificationTime = DateTimeOffset.UnixEpoch;
                entry.DataStream = new MemoryStream(content);
                writer.WriteEntry(entry);
            }
        }

        return WithoutProcessId(stream.ToArray());
    }

    // .NET writes the number of the process into the names of extended headers; nor may that be in the file.
    private static byte[] WithoutProcessId(byte[] tar)
    {
        const int block = 512, nameLength = 100, typeAt = 156;
        for (int at = 0; at + block <= tar.Length; at += block)
        {
            if (tar[at + typeAt] == (byte)'x' && tar.AsSpan(at, nameLength).IndexOf("PaxHeaders."u8) >= 0)
            {
                Span<byte> name = tar.AsSpan(at, nameLength);
                name.Clear();
                "PaxHeaders"u8.CopyTo(name);
            }
        }

        return new TarStructure().Mend(tar);
    }
}
