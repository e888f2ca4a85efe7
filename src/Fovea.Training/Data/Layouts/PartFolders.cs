namespace Fovea.Training.Data;

/// <summary>Finds the folders of the training and the validation part among whatever else lies beside them.</summary>
/// <param name="Train">The folder of the training part.</param>
/// <param name="Val">The folder of the validation part; null when there is none that has labels.</param>
internal sealed record PartFolders(string Train, string? Val)
{
    /// <summary>What the training part is called, the likeliest name first.</summary>
    public static readonly string[] TrainNames = ["train", "training"];

    /// <summary>What the validation part is called.</summary>
    public static readonly string[] ValNames = ["val", "valid", "validation", "dev", "eval", "evaluation", "test", "testing"];

    /// <summary>The parts right in a tree; null when its folders are no parts.</summary>
    public static PartFolders? In(FileTree tree, DatasetOptions options)
    {
        IReadOnlyList<string> folders = tree.TopFolders;
        if (Find(folders, TrainNames).FirstOrDefault() is not { } train)
        {
            return null;
        }

        string[] vals = [.. Find(folders, ValNames)];
        if (!HoldsData(tree, train, options))
        {
            // Among other folders "train" is a class of pictures of trains; alone with "val" it is a part that lacks its classes.
            bool isAlone = folders.All(f => vals.Contains(f) || IsMasks(f) || Find([f], TrainNames).Any());
            return vals.Length > 0 && isAlone ? new PartFolders(train, vals[0]) : null;
        }

        // Pictures for a competition's entry lie in test/ without classes: nothing can be measured on them.
        string? labelled = vals.FirstOrDefault(v => HoldsData(tree, v, options));
        return vals.Length == 0 ? null
            : new PartFolders(train, labelled ?? (vals.All(v => HoldsPictures(tree, v, options)) ? null : vals[0]));
    }

    /// <summary>The folders of these names, the likeliest name first.</summary>
    public static IEnumerable<string> Find(IReadOnlyList<string> folders, string[] names) =>
        names.SelectMany(n => folders.Where(f => f.Equals(n, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The one folder of a tree that has parts in it; null when none has, or several.</summary>
    public static string? Wrapping(FileTree tree, DatasetOptions options)
    {
        string[] found = [.. tree.TopFolders
            .Where(f => Find(tree.FoldersUnder(f), TrainNames).Any() && In(tree.Under(f), options) is { Val: not null }).Take(2)];
        return found.Length == 1 ? found[0] : null;
    }

    /// <summary>What a layout does not use of a tree, in sentences: none when there is nothing.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="taken">What was recognised, in words.</param>
    /// <param name="used">The folders that are used.</param>
    /// <param name="options">Which files are pictures.</param>
    public static IReadOnlyList<string> LeftOut(FileTree tree, string taken, IEnumerable<string> used, DatasetOptions options)
    {
        string[] own = [.. used];
        Dictionary<string, int> counts = tree.Files.Where(f => tree.IsImage(f, options))
            .GroupBy(f => f.IndexOf('/') is > 0 and int slash ? f[..slash] : "").ToDictionary(g => g.Key, g => g.Count());
        string[] left =
        [
            .. counts.Where(c => c.Key.Length > 0 && !own.Contains(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal)
                .Select(c => $"{c.Key}/ ({Pictures(c.Value)})"),
            .. counts.TryGetValue("", out int loose) ? new[] { $"{Pictures(loose)} in no folder" } : [],
        ];
        return left.Length == 0 ? [] : [$"{tree.Source}: taken as {taken}; left out {string.Join(", ", left)}."];
    }

    private static string Pictures(int count) => count == 1 ? "1 picture" : $"{count} pictures";

    private static bool IsMasks(string folder) => folder.Equals("masks", StringComparison.OrdinalIgnoreCase);

    private static bool HoldsData(FileTree tree, string folder, DatasetOptions options) => tree.Files.Any(f =>
        f.StartsWith(folder + "/", StringComparison.Ordinal)
        && (f.IndexOf('/', folder.Length + 1) > 0 ? tree.IsImage(f, options) : DataFiles.IsData(f)));

    private static bool HoldsPictures(FileTree tree, string folder, DatasetOptions options) =>
        tree.Files.Any(f => f.StartsWith(folder + "/", StringComparison.Ordinal) && tree.IsImage(f, options));
}
