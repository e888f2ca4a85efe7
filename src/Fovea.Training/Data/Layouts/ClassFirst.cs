namespace Fovea.Training.Data;

/// <summary>The layout of classes that are divided each by itself: <c>cat/train/1.jpg</c>, <c>cat/val/2.jpg</c>.</summary>
internal static class ClassFirst
{
    private const int Shown = 10;

    /// <summary>The layout; null when no class has parts with pictures right in them.</summary>
    /// <exception cref="DataException">Some classes have such parts and others have not.</exception>
    public static DataLayout? Find(FileTree tree, DatasetOptions options)
    {
        IReadOnlyList<string> classes = FolderPerClass.Candidates(tree, options);
        var train = new Dictionary<string, string>(StringComparer.Ordinal);
        var val = new Dictionary<string, string>(StringComparer.Ordinal);
        var whole = new List<string>();
        foreach (string name in classes)
        {
            if (Part(tree, name, PartFolders.TrainNames, options) is { } first && Part(tree, name, PartFolders.ValNames, options) is { } second)
            {
                (train[name], val[name]) = (first, second);
            }
            else
            {
                whole.Add(name);
            }
        }

        // One folder with parts in it is the data's, not a class.
        if (train.Count == 0 || classes.Count == 1)
        {
            return null;
        }

        if (whole.Count > 0)
        {
            throw new DataException($"{tree.Source}: {train.Keys.First()}/ is divided into {train.Values.First()}/ and {val.Values.First()}/, and "
                + $"{string.Join(", ", whole.Take(Shown).Select(f => f + "/"))}{(whole.Count > Shown ? ", …" : string.Empty)} is not; divide every class, or none.");
        }

        return new DataLayout("train/ and val/ in each class", () => FolderPerClass.Open(tree, options, train), () => FolderPerClass.Open(tree, options, val), null)
        {
            Notes = LeftOut(tree, [.. train.Concat(val).Select(p => $"{p.Key}/{p.Value}")], options),
        };
    }

    private static string[] LeftOut(FileTree tree, HashSet<string> used, DatasetOptions options)
    {
        string[] left = [.. tree.Files.Where(f => tree.IsImage(f, options) && !PassedOver.IsWithin(f, used))];
        return left.Length == 0 ? [] : [$"{tree.Source}: taken as train/ and val/ in each class; left out {left.Length} that lie in neither, such as {left[0]}."];
    }

    private static string? Part(FileTree tree, string folder, string[] names, DatasetOptions options) => PartFolders.Find(tree.FoldersUnder(folder), names)
        .FirstOrDefault(part => TreeListing.Under(tree.Files, $"{folder}/{part}/").Any(f => f.LastIndexOf('/') == folder.Length + part.Length + 1 && tree.IsImage(f, options)));
}
