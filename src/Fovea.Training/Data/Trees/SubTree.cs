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
        Files = [.. TreeListing.Under(tree.Files, _prefix).Select(f => f[_prefix.Length..])];
        TopFolders = tree.FoldersUnder(folder);
    }

    public override string Source => $"{_tree.Source}/{_prefix[..^1]}";

    public override IReadOnlyList<string> Files { get; }

    public override IReadOnlyList<string> TopFolders { get; }

    public override byte[] Read(string path) => _tree.Read(_prefix + path);

    public override byte[] Head(string path) => _tree.Head(_prefix + path);

    public override Stream OpenRead(string path) => _tree.OpenRead(_prefix + path);

    public override IReadOnlyList<string> PagesOf(string path) => [.. _tree.PagesOf(_prefix + path).Select(p => p[_prefix.Length..])];

    public override string FileOf(string path, out int page) => _tree.FileOf(_prefix + path, out page)[_prefix.Length..];

    public override bool IsImage(string path, DatasetOptions options) => _tree.IsImage(_prefix + path, options);

    public override string? Locate(string path) => _tree.Locate(_prefix + path)?[_prefix.Length..];

    public override IReadOnlyList<string> FoldersUnder(string folder) => _tree.FoldersUnder(_prefix + folder);
}
