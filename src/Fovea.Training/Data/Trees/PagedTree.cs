using System.Collections.Concurrent;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>
/// A tree in which each picture of a file that holds several is a file of its own: <c>stack.tif</c> is <c>stack.tif#1</c>, <c>stack.tif#2</c> and so on.
/// A file of one picture keeps its name, and so does one whose pages cannot be counted: whoever decodes it says why.
/// </summary>
internal sealed class PagedTree : FileTree
{
    private readonly FileTree _tree;
    private readonly ConcurrentDictionary<string, int> _pages = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<string>> _files;

    public PagedTree(FileTree tree)
    {
        _tree = tree;
        _files = new(() => tree.Files.Any(PictureStacks.MayBe) ? [.. tree.Files.SelectMany(PagesOf)] : tree.Files);
    }

    public override string Source => _tree.Source;

    public override IReadOnlyList<string> Files => _files.Value;

    public override IReadOnlyList<string> TopFolders => _tree.TopFolders;

    public override IReadOnlyList<string> Notes => _tree.Notes;

    public override byte[] Read(string path) => _tree.Read(FileOf(path, out _));

    public override byte[] Head(string path) => _tree.Head(FileOf(path, out _));

    public override Stream OpenRead(string path) => _tree.OpenRead(FileOf(path, out _));

    public override bool IsImage(string path, DatasetOptions options) => _tree.IsImage(FileOf(path, out _), options);

    public override IReadOnlyList<string> FoldersUnder(string folder) => _tree.FoldersUnder(folder);

    public override string? Locate(string path)
    {
        string? found = _tree.Locate(FileOf(path, out int page));
        return found is null || page == 0 ? found : PageName.Of(found, page);
    }

    public override IReadOnlyList<string> PagesOf(string path) => PictureStacks.MayBe(path) && _pages.GetOrAdd(path, Count) is > 1 and int count
        ? [.. Enumerable.Range(1, count).Select(page => PageName.Of(path, page))]
        : [path];

    public override string FileOf(string path, out int page)
    {
        if (PageName.TryParse(path, out string file, out page) && PictureStacks.MayBe(file) && _pages.GetOrAdd(file, Count) > 1)
        {
            return file;
        }

        page = 0;
        return path;
    }

    private int Count(string file)
    {
        try
        {
            using Stream stream = _tree.OpenRead(file);
            return PictureStacks.CountPages(stream);
        }
        catch (Exception e) when (e is ImageException or DataException or IOException or UnauthorizedAccessException)
        {
            return 1;
        }
    }
}
