using System.Collections.Concurrent;
using System.Text;

namespace Fovea.Training.Data;

/// <summary>A folder on disk.</summary>
internal sealed class DirectoryTree : FileTree
{
    private readonly string _root;
    private readonly long _largest;
    private readonly TreeListing _listing;
    private readonly ConcurrentDictionary<string, Dictionary<string, string>> _inNormalForm = new();

    /// <summary>Lists a folder and all below it, links to folders included.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="largest">The most bytes that one file may have to be read.</param>
    /// <param name="output">The folder that the coming run writes into; null when there is none.</param>
    public DirectoryTree(string root, long largest, string? output = null)
        : this(Path.TrimEndingDirectorySeparator(root), largest, List(root), Inside(root, output))
    {
    }

    private DirectoryTree(string root, long largest, (List<string> Files, List<string> Folders) names, string? output)
    {
        _root = root;
        _largest = largest;
        _listing = new TreeListing(names.Files, names.Folders, output);
    }

    public override string Source => _root;

    public override IReadOnlyList<string> Files => _listing.Files;

    public override IReadOnlyList<string> TopFolders => _listing.TopFolders;

    public override IReadOnlyList<string> Notes => _listing.Notes;

    public override IReadOnlyList<string> FoldersUnder(string folder) => _listing.FoldersUnder(folder);

    public override byte[] Read(string path) => ReadFile(Path.Combine(_root, path), _largest);

    public override Stream OpenRead(string path)
    {
        try
        {
            return File.OpenRead(Path.Combine(_root, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw Unreadable(Path.Combine(_root, path), e);
        }
    }

    public override byte[] Head(string path)
    {
        try
        {
            using FileStream file = new(Path.Combine(_root, path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] head = new byte[HeadLength];
            return head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return [];
        }
    }

    // Part by part, as the tree may be one that is not listed.
    public override string? Locate(string path)
    {
        if (File.Exists(Path.Combine(_root, path)))
        {
            return path;
        }

        if (Ascii.IsValid(path) || Path.IsPathRooted(path))
        {
            return null;
        }

        string found = "";
        foreach (string part in path.Split('/'))
        {
            string exact = Path.Combine(_root, found, part);
            string? name = Path.Exists(exact) ? part : _inNormalForm.GetOrAdd(found, NamesIn).GetValueOrDefault(NormalForm.Of(part));
            if (name is null)
            {
                return null;
            }

            found = found.Length == 0 ? name : $"{found}/{name}";
        }

        return found;
    }

    /// <summary>A folder of which files are wanted by name only: it is not listed, however much lies there.</summary>
    public static DirectoryTree WithoutList(string root, long largest) => new(Path.TrimEndingDirectorySeparator(root), largest, ([], []), null);

    /// <summary>Reads a file of at most <paramref name="largest"/> bytes.</summary>
    internal static byte[] ReadFile(string path, long largest)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            long length = file.Length;
            if (length > Math.Min(largest, Array.MaxLength))
            {
                throw new DataException($"{path}: {length} bytes are more than the limit of {Math.Min(largest, Array.MaxLength)} for one file.");
            }

            byte[] bytes = new byte[length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw Unreadable(path, e);
        }
    }

    private static DataException Unreadable(string path, Exception e) => new($"{path}: the file cannot be read: {e.Message}", e);

    private static (List<string> Files, List<string> Folders) List(string root)
    {
        try
        {
            var start = new DirectoryInfo(Path.TrimEndingDirectorySeparator(root));
            (List<string>, List<string>) names = ([], []);
            Walk(start, "", [RealPath(start)], names);
            return names;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{root}: the folder cannot be listed: {e.Message}", e);
        }
    }

    private static void Walk(DirectoryInfo folder, string prefix, HashSet<string> above, (List<string> Files, List<string> Folders) names)
    {
        foreach (FileSystemInfo item in folder.EnumerateFileSystemInfos())
        {
            if (PassedOver.IsHidden(item.Name))
            {
                continue;
            }

            if (item is not DirectoryInfo inner)
            {
                names.Files.Add(prefix + item.Name);
                continue;
            }

            // A link to a folder above would never end.
            string real = RealPath(inner);
            if (above.Add(real))
            {
                names.Folders.Add(prefix + inner.Name);
                Walk(inner, $"{prefix}{inner.Name}/", above, names);
                above.Remove(real);
            }
        }
    }

    // The path of a folder relative to the root; null when it is the root, or lies elsewhere.
    private static string? Inside(string root, string? folder)
    {
        string? path = folder is null ? null : Path.GetRelativePath(Path.GetFullPath(root), Path.GetFullPath(folder)).Replace('\\', '/');
        return path is null or "." || path.StartsWith("../", StringComparison.Ordinal) || path == ".." || Path.IsPathRooted(path) ? null : path;
    }

    private Dictionary<string, string> NamesIn(string folder)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Directory.Exists(Path.Combine(_root, folder)))
        {
            foreach (string name in Directory.EnumerateFileSystemEntries(Path.Combine(_root, folder)).Select(e => Path.GetFileName(e)))
            {
                names.TryAdd(NormalForm.Of(name), name);
            }
        }

        return names;
    }

    private static string RealPath(DirectoryInfo folder) =>
        Path.TrimEndingDirectorySeparator((folder.ResolveLinkTarget(returnFinalTarget: true) ?? folder).FullName);
}
