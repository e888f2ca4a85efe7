using System.Collections.Concurrent;

namespace Fovea.Training.Data;

/// <summary>
/// Files by path, wherever they lie: on disk or inside an archive. Paths are relative, with '/' between the parts. What
/// <see cref="PassedOver"/> names is no part of it.
/// </summary>
internal abstract class FileTree
{
    /// <summary>How much of a file tells what it is.</summary>
    public const int HeadLength = 64;

    private readonly ConcurrentDictionary<string, bool> _areImages = new(StringComparer.Ordinal);

    /// <summary>The tree's place, as messages print it.</summary>
    public abstract string Source { get; }

    /// <summary>Every file, in ordinal order.</summary>
    public abstract IReadOnlyList<string> Files { get; }

    /// <summary>The folders right under the root, in ordinal order, those without files too.</summary>
    public abstract IReadOnlyList<string> TopFolders { get; }

    /// <summary>What was passed over and might have been meant, in sentences.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>The content of a file.</summary>
    /// <exception cref="DataException">It is not there, cannot be read or is too large.</exception>
    public abstract byte[] Read(string path);

    /// <summary>The first bytes of a file, at most <see cref="HeadLength"/>; none when it cannot be read.</summary>
    public abstract byte[] Head(string path);

    /// <summary>Opens a file for reading here and there in it.</summary>
    /// <exception cref="DataException">As <see cref="Read"/>.</exception>
    public virtual Stream OpenRead(string path) => new MemoryStream(Read(path), writable: false);

    /// <summary>The pictures in a file: itself, or the names of its pages.</summary>
    public virtual IReadOnlyList<string> PagesOf(string path) => [path];

    /// <summary>The file that a picture is in.</summary>
    /// <param name="path">The picture's path.</param>
    /// <param name="page">Which of the file's pictures it is, from 1 on; 0 where it is all of the file.</param>
    public virtual string FileOf(string path, out int page)
    {
        page = 0;
        return path;
    }

    /// <summary>The folders right under a folder of this tree.</summary>
    public abstract IReadOnlyList<string> FoldersUnder(string folder);

    /// <summary>The path of a file as the tree spells it, when there is such a file: its letters may be composed otherwise.</summary>
    public abstract string? Locate(string path);

    /// <summary>Whether a file is a picture by its name or, when that has no ending, by its first bytes.</summary>
    public virtual bool IsImage(string path, DatasetOptions options) => path.LastIndexOf('.') > path.LastIndexOf('/')
        ? options.IsImage(path, [])
        : _areImages.GetOrAdd(path, p => options.IsImage(p, Head(p)));

    /// <summary>Whether there is such a file.</summary>
    public bool Contains(string path) => Locate(path) is not null;

    /// <summary>The part of the tree under a folder.</summary>
    public FileTree Under(string folder) => new SubTree(this, folder);
}
