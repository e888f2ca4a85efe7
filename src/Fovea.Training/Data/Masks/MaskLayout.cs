namespace Fovea.Training.Data;

/// <summary>
/// Finds folders of pictures and masks in a tree: <c>images/</c> and <c>masks/</c>, with the parts above (<c>train/images</c>), below
/// (<c>images/train</c>) or beside them (<c>train</c>, <c>trainannot</c>), or masks in a tree of their own that mirrors the pictures'
/// (<c>train/…</c>, <c>masks/train/…</c>).
/// </summary>
internal static class MaskLayout
{
    /// <summary>The layout, or null when the tree has no pictures with masks that must be taken for such.</summary>
    public static DataLayout? Find(FileTree tree, DatasetOptions options) => WrappedLayout.Find(tree, options, MayHold, FindHere);

    private static bool MayHold(IReadOnlyList<string> folders) =>
        PartFolders.Find(folders, PartFolders.TrainNames).Any() || Folder(folders, MaskNames.ImageFolders) is not null;

    private static DataLayout? FindHere(FileTree tree, DatasetOptions options)
    {
        IReadOnlyList<string> folders = tree.TopFolders;
        if (PartFolders.Find(folders, PartFolders.TrainNames).FirstOrDefault() is { } train
            && PartFolders.Find(folders, PartFolders.ValNames).ToArray() is { Length: > 0 } vals)
        {
            return Part(tree, train, options) is not { } own ? null
                : vals.Select(v => (Name: v, Pair: Part(tree, v, options))).FirstOrDefault(v => v.Pair is not null) is (not null, not null) second
                    ? Divided(tree, $"{train}/ and {second.Name}/ with masks", own, second.Pair, options)
                    : Whole(tree, $"{train}/ with masks", own, options);
        }

        if (Folder(folders, MaskNames.ImageFolders) is not { } images || Folder(folders, MaskNames.MaskFolders) is not { } masks)
        {
            return null;
        }

        var whole = new Pair(images, masks, tree.Under(images), tree.Under(masks));
        if (!whole.Masks.Files.Any(f => whole.Masks.IsImage(f, options)))
        {
            return null;
        }

        return PartFolders.Find(whole.Images.TopFolders, PartFolders.TrainNames).FirstOrDefault(whole.Masks.TopFolders.Contains) is { } first
            && PartFolders.Find(whole.Images.TopFolders, PartFolders.ValNames).FirstOrDefault(whole.Masks.TopFolders.Contains) is { } last
            ? Divided(tree, $"{images}/ and {masks}/", whole.Under(first), whole.Under(last), options)
            : Whole(tree, $"{images}/ and {masks}/", whole, options);
    }

    private static DataLayout Whole(FileTree tree, string kind, Pair pair, DatasetOptions options)
    {
        var labels = new Lazy<MaskLabels>(() => Labels(tree, pair, options));
        return new DataLayout(kind, null, null, () => MaskedImages.Open(pair.Images, pair.Masks, labels, options))
        {
            Notes = PartFolders.LeftOut(tree, kind, pair.Folders, options),
        };
    }

    private static DataLayout Divided(FileTree tree, string kind, Pair train, Pair val, DatasetOptions options)
    {
        // Both parts go by what the training masks hold.
        var labels = new Lazy<MaskLabels>(() => Labels(tree, train, options));
        return new DataLayout(kind,
            () => MaskedImages.Open(train.Images, train.Masks, labels, options),
            () => MaskedImages.Open(val.Images, val.Masks, labels, options), null)
        {
            Notes = PartFolders.LeftOut(tree, kind, train.Folders.Concat(val.Folders), options),
        };
    }

    private static Pair? Part(FileTree tree, string part, DatasetOptions options)
    {
        FileTree own = tree.Under(part);
        if (Folder(own.TopFolders, MaskNames.ImageFolders) is { } images && Folder(own.TopFolders, MaskNames.MaskFolders) is { } masks
            && !HoldsBoxes(own.Under(masks), options))
        {
            return new Pair(part, part, own.Under(images), own.Under(masks));
        }

        if (tree.TopFolders.FirstOrDefault(f => MaskNames.IsBeside(f, part)) is { } beside)
        {
            return new Pair(part, beside, own, tree.Under(beside));
        }

        // A mirrored tree leaves two readings: where the pictures lie in folders of classes, masks must be asked for.
        bool isOpen = options.Task == DataTask.Segment || !own.Files.Any(f => f.Contains('/') && own.IsImage(f, options));
        return isOpen && Folder(tree.TopFolders, MaskNames.MaskFolders) is { } mirror && tree.Under(mirror).TopFolders.Contains(part)
            ? new Pair(part, mirror, own, tree.Under(mirror).Under(part))
            : null;
    }

    // Boxes lie in folders of the same names.
    private static bool HoldsBoxes(FileTree masks, DatasetOptions options) =>
        !masks.Files.Any(f => masks.IsImage(f, options)) && PairedBoxes.FormatOf(masks) is not null;

    private static MaskLabels Labels(FileTree tree, Pair train, DatasetOptions options)
    {
        if (options.MaskColors is { } colors)
        {
            return MaskLabels.Of(options.MaskClasses ?? colors.Classes, MaskLabels.Ignored, new bool[256]);
        }

        var unknown = new Lazy<MaskLabels>(() => throw new InvalidOperationException("masks: the values are being looked for."));
        bool[] seen = MaskedImages.Open(train.Images, train.Masks, unknown, options).Values();
        return (options.MaskClasses ?? NamesIn(tree)) is { } names
            ? MaskLabels.Of(names, options.IgnoreValue, seen)
            : MaskLabels.Infer(options.IgnoreValue, seen, train.Masks.Source);
    }

    private static string[]? NamesIn(FileTree tree) => DataFiles.ClassLists.FirstOrDefault(tree.Contains) is { } file
        ? TextLines.ClassNames(tree.Read(file), MaskLabels.MostClasses, $"{tree.Source}/{file}")
        : null;

    private static string? Folder(IReadOnlyList<string> folders, string[] names) =>
        names.Select(n => folders.FirstOrDefault(f => f.Equals(n, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(f => f is not null);

    /// <param name="ImageFolder">The folder right under the tree that the pictures lie in.</param>
    /// <param name="MaskFolder">The folder right under the tree that the masks lie in.</param>
    /// <param name="Images">The pictures.</param>
    /// <param name="Masks">The masks.</param>
    private sealed record Pair(string ImageFolder, string MaskFolder, FileTree Images, FileTree Masks)
    {
        public string[] Folders => [ImageFolder, MaskFolder];

        public Pair Under(string part) => this with { Images = Images.Under(part), Masks = Masks.Under(part) };
    }
}
