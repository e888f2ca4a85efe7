using Fovea.Io;
using Fovea.Io.Zip;

namespace Fovea.Training.Data;

/// <summary>The files of a .zip, unpacked one by one when they are asked for; only the list of them is kept in memory.</summary>
internal sealed class ZipTree : FileTree
{
    private readonly Func<Stream> _open;
    private readonly long _largest;
    private readonly ZipReader _zip;
    private readonly Dictionary<string, ZipEntry> _members = new(StringComparer.Ordinal);
    private readonly TreeListing _listing;

    /// <summary>Reads the list of files.</summary>
    /// <param name="open">Opens the archive, for each reader anew.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="options">How much memory the list, and one file, may take.</param>
    /// <exception cref="DataException">It is damaged or hostile, encrypted, or packed by a method that is not read.</exception>
    public ZipTree(Func<Stream> open, string source, DatasetOptions options)
    {
        Source = source;
        _open = open;
        _largest = Math.Min(options.MemoryLimit, Array.MaxLength);
        using Stream stream = Opened();
        _zip = Reading(() => new ZipReader(stream, problem => new DataException($"{source}: {problem}."), ZipTerms.Files(options.MemoryLimit)));
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (ZipEntry entry in _zip.Entries)
        {
            if (MemberPath.Normalise(entry.Name, source) is not { } path)
            {
                continue;
            }

            if (entry.Name[^1] is '/' or '\\')
            {
                folders.Add(path);
            }
            else
            {
                _members[path] = entry;
            }
        }

        _listing = new TreeListing([.. _members.Keys], folders);
    }

    public override string Source { get; }

    public override IReadOnlyList<string> Files => _listing.Files;

    public override IReadOnlyList<string> TopFolders => _listing.TopFolders;

    public override IReadOnlyList<string> Notes => _listing.Notes;

    /// <summary>Opens an archive on disk.</summary>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static ZipTree Open(string path, DatasetOptions options)
    {
        // Opened for every picture: a buffer would be larger than most of them, and what is read is read at once or by the unpacker's own.
        const int unbuffered = 0;
        return new(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, unbuffered), path, options);
    }

    public override byte[] Read(string path)
    {
        ZipEntry entry = _members.GetValueOrDefault(path) ?? throw new DataException($"{Source}: there is no file {path} in the archive.");
        using Stream stream = Opened();
        return Reading(() => _zip.ReadAll(entry, _largest, stream));
    }

    public override byte[] Head(string path)
    {
        if (_members.GetValueOrDefault(path) is not { } entry)
        {
            return [];
        }

        try
        {
            byte[] head = new byte[HeadLength];
            using Stream stream = Opened();
            using Stream content = _zip.Open(entry, stream);
            return head[..content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or DataException)
        {
            return [];
        }
    }

    public override string? Locate(string path) => _members.ContainsKey(path) ? path : _listing.InNormalForm(path);

    public override IReadOnlyList<string> FoldersUnder(string folder) => _listing.FoldersUnder(folder);

    private Stream Opened() => Reading(_open);

    private T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{Source}: the archive cannot be read: {e.Message}", e);
        }
    }
}
