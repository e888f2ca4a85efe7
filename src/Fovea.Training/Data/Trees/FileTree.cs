namespace Fovea.Training.Data;

/// <summary>
/// Files by path, wherever they lie: on disk or inside an archive. Paths are relative, with '/' between the parts. What begins with a dot
/// (and the folder that macOS adds to archives) is no part of it.
/// </summary>
internal abstract class FileTree
{
    /// <summary>The tree's place, as messages print it.</summary>
    public abstract string Source { get; }

    /// <summary>Every file, in ordinal order.</summary>
    public abstract IReadOnlyList<string> Files { get; }

    /// <summary>The folders right under the root, in ordinal order, those without files too.</summary>
    public abstract IReadOnlyList<string> TopFolders { get; }

    /// <summary>The content of a file.</summary>
    /// <exception cref="DataException">It is not there, cannot be read or is too large.</exception>
    public abstract byte[] Read(string path);

    /// <summary>The folders right under a folder of this tree.</summary>
    public abstract IReadOnlyList<string> FoldersUnder(string folder);

    /// <summary>Whether there is such a file.</summary>
    public abstract bool Contains(string path);

    /// <summary>The part of the tree under a folder.</summary>
    public FileTree Under(string folder) => new SubTree(this, folder);

    internal static bool IsHidden(string name) => name.StartsWith('.') || name == "__MACOSX";

    /// <summary>Sorted distinct first parts of those paths that have more than one part.</summary>
    protected static List<string> FirstParts(IEnumerable<string> paths, string prefix)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal) && path.IndexOf('/', prefix.Length) is > 0 and int slash)
            {
                found.Add(path[prefix.Length..slash]);
            }
        }

        return [.. found];
    }
}
