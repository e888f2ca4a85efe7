namespace Fovea.Training.Data;

/// <summary>
/// Finds <c>query/</c> and <c>gallery/</c> beside <c>train/</c>, each with a folder per identity. Data of other layouts are taken for identities only where
/// those are asked for.
/// </summary>
internal static class IdentityLayout
{
    private static readonly string[] s_queries = ["query", "queries", "probe"];
    private static readonly string[] s_galleries = ["gallery", "galleries"];

    /// <summary>The layout, or null when the tree has no queries.</summary>
    public static DataLayout? Find(FileTree tree, DatasetOptions options) => WrappedLayout.Find(tree, options, MayHold, FindHere);

    private static bool MayHold(IReadOnlyList<string> folders) => PartFolders.Find(folders, s_queries).Any() && PartFolders.Find(folders, s_galleries).Any();

    private static DataLayout? FindHere(FileTree tree, DatasetOptions options)
    {
        string? train = Part(tree, PartFolders.TrainNames, options);
        if (Part(tree, s_queries, options) is not { } query || Part(tree, s_galleries, options) is not { } gallery || (train is null && options.Task is null))
        {
            return null;
        }

        string[] used = [.. new[] { train, query, gallery }.OfType<string>()];
        string kind = string.Join(", ", used.Select(f => f + "/"));
        return new DataLayout(kind, () => Train(tree, train, options), () => Asked(tree, query, gallery, options), null)
        {
            Notes = PartFolders.LeftOut(tree, kind, used, options),
        };
    }

    private static IdentityPictures Train(FileTree tree, string? folder, DatasetOptions options) => folder is null
        ? throw new DataException($"{tree.Source}: expected train/ beside the queries and the gallery to learn from, got none; eval takes the data as they are.")
        : new IdentityPictures(FolderPerClass.Open(tree.Under(folder), options));

    private static IdentityPictures Asked(FileTree tree, string query, string gallery, DatasetOptions options) => new(
        tree.Source,
        new IdentityPart(FolderPerClass.Open(tree.Under(query), options), IdentityRole.Query, query + "/"),
        new IdentityPart(FolderPerClass.Open(tree.Under(gallery), options), IdentityRole.Gallery, gallery + "/"));

    // A folder of pictures right in it is a class that happens to be called so.
    private static string? Part(FileTree tree, string[] names, DatasetOptions options) =>
        PartFolders.Find(tree.TopFolders, names).FirstOrDefault(f => tree.FoldersUnder(f).Count > 0
            && tree.Under(f) is var own && own.Files.Any(p => p.Contains('/') && own.IsImage(p, options)));
}
