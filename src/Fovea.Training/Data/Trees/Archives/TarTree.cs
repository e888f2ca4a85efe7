using System.IO.Compression;

namespace Fovea.Training.Data;

/// <summary>
/// The files of a .tar or .tar.gz, read once as a stream and kept in memory as they are (compressed pictures stay compressed).
/// Of members that no layout reads the first bytes are kept, to tell what they are.
/// </summary>
internal sealed class TarTree : FileTree
{
    // What a member costs besides its content: its name, its entry, its array.
    private const int Overhead = 128;
    private readonly Dictionary<string, byte[]> _bodies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _heads = new(StringComparer.Ordinal);
    private readonly TreeListing _listing;

    private TarTree(Stream stream, string source, DatasetOptions options)
    {
        Source = source;

        // What is passed over costs time, not memory; the wider limit ends a stream that would unpack for ever.
        var tar = new TarStream(stream, source, 8 * Math.Max(options.MemoryLimit / 2, 1L << 20));
        var folders = new HashSet<string>(StringComparer.Ordinal);
        long held = 0;
        while (tar.Next(out TarEntry entry))
        {
            if (entry.Path is null)
            {
                continue;
            }

            // Names take memory as well, and an archive may hold nothing else.
            held += Overhead + sizeof(char) * entry.Path.Length;
            if (held > options.MemoryLimit)
            {
                throw TarStream.TooMuch(source);
            }

            if (entry.IsFolder)
            {
                folders.Add(entry.Path);
                continue;
            }

            byte[] head = tar.Head();
            _bodies.Remove(entry.Path);
            _heads.Remove(entry.Path);
            if (options.IsImage(entry.Path, head) || DataFiles.IsData(entry.Path) || DataFiles.IsAnnotation(entry.Path, entry.Length))
            {
                head = _bodies[entry.Path] = tar.ReadBody(options.MemoryLimit - held);
            }
            else
            {
                _heads[entry.Path] = head;
            }

            held += head.Length;
        }

        _listing = new TreeListing([.. _bodies.Keys, .. _heads.Keys], folders);
    }

    public override string Source { get; }

    public override IReadOnlyList<string> Files => _listing.Files;

    public override IReadOnlyList<string> TopFolders => _listing.TopFolders;

    public override IReadOnlyList<string> Notes => _listing.Notes;

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

    public override byte[] Head(string path) =>
        _heads.GetValueOrDefault(path) ?? (_bodies.GetValueOrDefault(path) is { } body ? body[..Math.Min(HeadLength, body.Length)] : []);

    public override string? Locate(string path) => _bodies.ContainsKey(path) ? path : _listing.InNormalForm(path);

    public override IReadOnlyList<string> FoldersUnder(string folder) => _listing.FoldersUnder(folder);
}
