using System.Formats.Tar;
using System.IO.Compression;

namespace Fovea.Training.Tests.Data;

/// <summary>Packs archives with .NET's own writer, which the reader under test knows nothing of.</summary>
internal static class TestArchive
{
    public static byte[] Tar(TarEntryFormat format, params (string Name, byte[]? Content)[] members)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, format, leaveOpen: true))
        {
            foreach ((string name, byte[]? content) in members)
            {
                TarEntryType type = content is null ? TarEntryType.Directory : format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile;
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(type, name),
                    TarEntryFormat.Ustar => new UstarTarEntry(type, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(type, name),
                    _ => new PaxTarEntry(type, name),
                };
                if (content is not null)
                {
                    entry.DataStream = new MemoryStream(content);
                }

                writer.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }

    public static byte[] GZip(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(bytes);
        }

        return stream.ToArray();
    }

    /// <summary>A zip, packed by .NET's own writer; folders have no content.</summary>
    public static byte[] Zip(params (string Name, byte[]? Content)[] members)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[]? content) in members)
            {
                using Stream entry = zip.CreateEntry(name, name.Length % 2 == 0 ? CompressionLevel.NoCompression : CompressionLevel.Fastest).Open();
                entry.Write(content ?? []);
            }
        }

        return stream.ToArray();
    }

    /// <summary>A folder per class, two classes of three pictures.</summary>
    public static (string Name, byte[]? Content)[] Pictures(string root = "") =>
    [
        .. from label in (string[])["cat", "dog"]
           from i in Enumerable.Range(0, 3)
           select ($"{root}{label}/{i}.png", (byte[]?)TestFolder.Png(6, 5, $"{label}{i}")),
    ];
}
