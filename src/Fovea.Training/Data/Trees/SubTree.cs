namespace Fovea.Training.Data;

/// <summary>The files under one folder of a tree.</summary>
internal sealed class SubTree : FileTree
{
    private readonly FileTree _tree;
    private readonly string _prefix;

    public SubTree(FileTree tree, string folder)
    {
        _tree = tree;
        _prefix = folder + "/";
        var files = new List<string>();
        foreach (string path in tree.Files)
        {
            if (path.StartsWith(_prefix, StringComparison.Ordinal))
            {
                files.Add(path[_prefix.Length..]);
            }
        }

        Files = files;
        TopFolders = tree.FoldersUnder(folder);
    }

    public override string Source => $"{_tree.Source}/{_prefix[..^1]}";

    public override IReadOnlyList<string> Files { get; }

    public override IReadOnlyList<string> TopFolders { get; }

    public override byte[] Read(string path) => _tree.Read(_prefix + path);

    public override bool Contains(string path) => _tree.Contains(_prefix + path);

    public override IReadOnlyList<string> FoldersUnder(string folder) => _tree.FoldersUnder(_prefix + folder);
}
