using System.IO.Compression;

namespace Fovea.Training.Data;

/// <summary>
/// The files of a .tar or .tar.gz, read once as a stream and kept in memory as they are (compressed pictures stay compressed).
/// Members that no layout reads are passed over.
/// </summary>
internal sealed class TarTree : FileTree
{
    private readonly Dictionary<string, byte[]> _bodies = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);
    private readonly List<string> _files;

    private TarTree(Stream stream, string source, DatasetOptions options)
    {
        Source = source;

        // What is passed over costs time, not memory; the wider limit ends a stream that would unpack for ever.
        var tar = new TarStream(stream, source, 8 * Math.Max(options.MemoryLimit / 2, 1L << 20));
        long held = 0;
        while (tar.Next(out TarEntry entry))
        {
            if (entry.Path is null)
            {
                continue;
            }

            if (entry.IsFolder)
            {
                _folders.Add(entry.Path);
            }
            else if (IsWanted(entry.Path, options))
            {
                byte[] body = tar.ReadBody(options.MemoryLimit - held);
                _bodies[entry.Path] = body;

                // An empty file costs memory too; so does its name.
                held += body.Length + 128;
            }
        }

        _files = [.. _bodies.Keys];
        _files.Sort(StringComparer.Ordinal);
        AddParents();
    }

    public override string Source { get; }

    public override IReadOnlyList<string> Files => _files;

    public override IReadOnlyList<string> TopFolders => FirstParts(_folders.Select(f => f + "/"), "");

    /// <summary>Reads an archive; whether it is compressed is seen from its first bytes.</summary>
    /// <exception cref="DataException">It cannot be read, is damaged, or holds more than the limit.</exception>
    public static TarTree Open(string path, DatasetOptions options)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan);
            return Read(file, path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: the file cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads an archive from a stream that can be rewound.</summary>
    public static TarTree Read(Stream stream, string source, DatasetOptions options)
    {
        bool zipped = stream.ReadByte() == 0x1F && stream.ReadByte() == 0x8B;
        stream.Position = 0;
        if (!zipped)
        {
            return new TarTree(stream, source, options);
        }

        using var unzipped = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
        return new TarTree(new BufferedStream(unzipped, 1 << 16), source, options);
    }

    public override byte[] Read(string path) =>
        _bodies.GetValueOrDefault(path) ?? throw new DataException($"{Source}: there is no file {path} in the archive.");

    public override bool Contains(string path) => _bodies.ContainsKey(path);

    public override IReadOnlyList<string> FoldersUnder(string folder) => FirstParts(_folders.Select(f => f + "/"), folder + "/");

    private static bool IsWanted(string path, DatasetOptions options) => options.IsImage(path) || DataFiles.IsData(path);

    // Archives may leave folders out; every file's folders exist all the same.
    private void AddParents()
    {
        foreach (string file in _files)
        {
            for (int slash = file.LastIndexOf('/'); slash > 0; slash = file.LastIndexOf('/', slash - 1))
            {
                if (!_folders.Add(file[..slash]))
                {
                    break;
                }
            }
        }
    }
}
