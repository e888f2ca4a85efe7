namespace Fovea.Training.Data;

/// <summary>Several trees as the folders of one: archives that lie side by side, each of a class or of a part.</summary>
internal sealed class JoinedTree : FileTree
{
    private readonly SortedDictionary<string, FileTree> _trees;
    private readonly List<string> _files;

    /// <summary>Joins trees.</summary>
    /// <param name="source">The place of all, for messages.</param>
    /// <param name="trees">The trees by the names of their folders.</param>
    public JoinedTree(string source, IEnumerable<KeyValuePair<string, FileTree>> trees)
    {
        Source = source;
        _trees = new(trees.ToDictionary(), StringComparer.Ordinal);
        _files = [.. _trees.SelectMany(t => t.Value.Files.Select(f => $"{t.Key}/{f}"))];
        _files.Sort(StringComparer.Ordinal);
    }

    public override string Source { get; }

    public override IReadOnlyList<string> Files => _files;

    public override IReadOnlyList<string> TopFolders => [.. _trees.Keys];

    public override IReadOnlyList<string> Notes => [.. _trees.SelectMany(t => t.Value.Notes.Select(n => $"{t.Key}: {n}"))];

    public override byte[] Read(string path) => Find(path) is ({ } tree, var inner)
        ? tree.Read(inner)
        : throw new DataException($"{Source}: there is no file {path} in its archives.");

    public override Stream OpenRead(string path) => Find(path) is ({ } tree, var inner)
        ? tree.OpenRead(inner)
        : throw new DataException($"{Source}: there is no file {path} in its archives.");

    public override IReadOnlyList<string> PagesOf(string path) => Find(path) is ({ } tree, var inner)
        ? [.. tree.PagesOf(inner).Select(p => path[..^inner.Length] + p)]
        : [path];

    public override string FileOf(string path, out int page)
    {
        page = 0;
        return Find(path) is ({ } tree, var inner) ? path[..^inner.Length] + tree.FileOf(inner, out page) : path;
    }

    public override byte[] Head(string path) => Find(path) is ({ } tree, var inner) ? tree.Head(inner) : [];

    public override bool IsImage(string path, DatasetOptions options) => Find(path) is ({ } tree, var inner) && tree.IsImage(inner, options);

    public override string? Locate(string path) => Find(path) is ({ } tree, var inner) && tree.Locate(inner) is { } found ? $"{path[..^inner.Length]}{found}" : null;

    public override IReadOnlyList<string> FoldersUnder(string folder) => Find(folder) switch
    {
        ({ } tree, "") => tree.TopFolders,
        ({ } tree, var inner) => tree.FoldersUnder(inner),
        _ => [],
    };

    private (FileTree? Tree, string Inner) Find(string path)
    {
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        return (_trees.GetValueOrDefault(slash < 0 ? path : path[..slash]), slash < 0 ? "" : path[(slash + 1)..]);
    }
}
