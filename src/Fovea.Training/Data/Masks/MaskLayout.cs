using System.Text;

namespace Fovea.Training.Data;

/// <summary>
/// Finds folders of pictures and masks in a tree: <c>images/</c> and <c>masks/</c>, with the parts above (<c>train/images</c>), below
/// (<c>images/train</c>) or beside them (<c>train</c>, <c>trainannot</c>), or masks in a tree of their own that mirrors the pictures'
/// (<c>train/…</c>, <c>masks/train/…</c>).
/// </summary>
internal static class MaskLayout
{
    private const int DeepestWrapping = 8;
    private static readonly string[] s_nameFiles = ["classes.txt", "class_names.txt", "labels.txt", "codes.txt"];

    /// <summary>The layout, or null when the tree has no pictures with masks that must be taken for such.</summary>
    public static DataLayout? Find(FileTree tree, DatasetOptions options)
    {
        for (int depth = 0; depth < DeepestWrapping && tree.TopFolders.Count == 1 && !tree.Files.Any(f => !f.Contains('/') && options.IsImage(f)); depth++)
        {
            tree = tree.Under(tree.TopFolders[0]);
        }

        IReadOnlyList<string> folders = tree.TopFolders;
        if (DataLayout.FindTrain(folders) is { } train && DataLayout.FindVal(folders) is { } val)
        {
            Pair? trainPair = Part(tree, train, options), valPair = Part(tree, val, options);
            return trainPair is null || valPair is null ? null : Divided(tree, $"{train}/ and {val}/ with masks", trainPair, valPair, options);
        }

        if (Folder(folders, MaskNames.ImageFolders) is not { } images || Folder(folders, MaskNames.MaskFolders) is not { } masks)
        {
            return null;
        }

        var whole = new Pair(tree.Under(images), tree.Under(masks));
        if (!whole.Masks.Files.Any(options.IsImage))
        {
            return null;
        }

        if (DataLayout.FindTrain(whole.Images.TopFolders) is { } first && DataLayout.FindVal(whole.Images.TopFolders) is { } second
            && whole.Masks.TopFolders.Contains(first) && whole.Masks.TopFolders.Contains(second))
        {
            return Divided(tree, $"{images}/ and {masks}/", whole.Under(first), whole.Under(second), options);
        }

        var labels = new Lazy<MaskLabels>(() => Labels(tree, whole, options));
        return new DataLayout($"{images}/ and {masks}/", null, null, () => MaskedImages.Open(whole.Images, whole.Masks, labels, options));
    }

    private static DataLayout Divided(FileTree tree, string kind, Pair train, Pair val, DatasetOptions options)
    {
        // Both parts go by what the training masks hold.
        var labels = new Lazy<MaskLabels>(() => Labels(tree, train, options));
        return new DataLayout(kind,
            () => MaskedImages.Open(train.Images, train.Masks, labels, options),
            () => MaskedImages.Open(val.Images, val.Masks, labels, options), null);
    }

    private static Pair? Part(FileTree tree, string part, DatasetOptions options)
    {
        FileTree own = tree.Under(part);
        if (Folder(own.TopFolders, MaskNames.ImageFolders) is { } images && Folder(own.TopFolders, MaskNames.MaskFolders) is { } masks)
        {
            return new Pair(own.Under(images), own.Under(masks));
        }

        if (tree.TopFolders.FirstOrDefault(f => MaskNames.IsBeside(f, part)) is { } beside)
        {
            return new Pair(own, tree.Under(beside));
        }

        // A mirrored tree leaves two readings: where the pictures lie in folders of classes, masks must be asked for.
        bool isOpen = options.Task == DataTask.Segment || !own.Files.Any(f => f.Contains('/') && options.IsImage(f));
        return isOpen && Folder(tree.TopFolders, MaskNames.MaskFolders) is { } mirror && tree.Under(mirror).TopFolders.Contains(part)
            ? new Pair(own, tree.Under(mirror).Under(part))
            : null;
    }

    private static MaskLabels Labels(FileTree tree, Pair train, DatasetOptions options)
    {
        var unknown = new Lazy<MaskLabels>(() => throw new InvalidOperationException("masks: the values are being looked for."));
        bool[] seen = MaskedImages.Open(train.Images, train.Masks, unknown, options).Values();
        return (options.MaskClasses ?? NamesIn(tree)) is { } names
            ? MaskLabels.Of(names, options.IgnoreValue, seen)
            : MaskLabels.Infer(options.IgnoreValue, seen, train.Masks.Source);
    }

    private static string[]? NamesIn(FileTree tree)
    {
        if (s_nameFiles.FirstOrDefault(tree.Contains) is not { } file)
        {
            return null;
        }

        string[] names = Encoding.UTF8.GetString(tree.Read(file)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length is > 0 and <= MaskLabels.MostClasses && names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? names
            : throw new DataException(
                $"{tree.Source}/{file}: expected the name of a class on each line, 1 to {MaskLabels.MostClasses} of them and no two alike, got {names.Length} lines.");
    }

    private static string? Folder(IReadOnlyList<string> folders, string[] names) =>
        names.Select(n => folders.FirstOrDefault(f => f.Equals(n, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(f => f is not null);

    private sealed record Pair(FileTree Images, FileTree Masks)
    {
        public Pair Under(string part) => new(Images.Under(part), Masks.Under(part));
    }
}
