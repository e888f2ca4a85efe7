namespace Fovea.Training.Data;

/// <summary>A folder on disk.</summary>
internal sealed class DirectoryTree : FileTree
{
    private readonly string _root;
    private readonly long _largest;
    private readonly List<string> _files = [];
    private readonly List<string> _folders = [];

    /// <summary>Lists a folder and all below it, links to folders included.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="largest">The most bytes that one file may have to be read.</param>
    public DirectoryTree(string root, long largest)
        : this(largest, Path.TrimEndingDirectorySeparator(root))
    {
        try
        {
            var start = new DirectoryInfo(_root);
            Walk(start, "", [RealPath(start)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{root}: the folder cannot be listed: {e.Message}", e);
        }

        _files.Sort(StringComparer.Ordinal);
        _folders.Sort(StringComparer.Ordinal);
    }

    private DirectoryTree(long largest, string root)
    {
        _root = root;
        _largest = largest;
    }

    public override string Source => _root;

    public override IReadOnlyList<string> Files => _files;

    public override IReadOnlyList<string> TopFolders => [.. _folders.Where(f => !f.Contains('/'))];

    public override IReadOnlyList<string> FoldersUnder(string folder) => FirstParts(_folders.Select(f => f + "/"), folder + "/");

    public override byte[] Read(string path) => ReadFile(Path.Combine(_root, path), _largest);

    public override bool Contains(string path) => File.Exists(Path.Combine(_root, path));

    /// <summary>A folder of which files are wanted by name only: it is not listed, however much lies there.</summary>
    public static DirectoryTree WithoutList(string root, long largest) => new(largest, Path.TrimEndingDirectorySeparator(root));

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
            throw new DataException($"{path}: the file cannot be read: {e.Message}", e);
        }
    }

    private void Walk(DirectoryInfo folder, string prefix, HashSet<string> above)
    {
        foreach (FileSystemInfo item in folder.EnumerateFileSystemInfos())
        {
            if (IsHidden(item.Name))
            {
                continue;
            }

            if (item is not DirectoryInfo inner)
            {
                _files.Add(prefix + item.Name);
                continue;
            }

            // A link to a folder above would never end.
            string real = RealPath(inner);
            if (above.Add(real))
            {
                _folders.Add(prefix + inner.Name);
                Walk(inner, $"{prefix}{inner.Name}/", above);
                above.Remove(real);
            }
        }
    }

    private static string RealPath(DirectoryInfo folder) =>
        Path.TrimEndingDirectorySeparator((folder.ResolveLinkTarget(returnFinalTarget: true) ?? folder).FullName);
}
