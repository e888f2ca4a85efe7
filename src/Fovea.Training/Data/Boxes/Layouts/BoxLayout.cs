namespace Fovea.Training.Data;

/// <summary>
/// Finds pictures with boxes in a tree: COCO's files of JSON, Pascal VOC's folders, and folders of pictures beside folders of XML or YOLO's text, with
/// the parts above (<c>train/images</c>) or below (<c>images/train</c>).
/// </summary>
internal static class BoxLayout
{
    private const string Lists = "ImageSets/Main";
    private static readonly string[] s_labelFolders = ["annotations", "annotation", "labels", "label", "annots", "xmls", "xml"];

    /// <summary>The layout, or null when the tree has no boxes.</summary>
    public static DataLayout? Find(FileTree tree, DatasetOptions options) => WrappedLayout.Find(tree, options, MayHold, FindHere);

    private static bool MayHold(IReadOnlyList<string> folders) =>
        PartFolders.Find(folders, PartFolders.TrainNames).Any() || Folder(folders, MaskNames.ImageFolders) is not null || Folder(folders, s_labelFolders) is not null;

    private static DataLayout? FindHere(FileTree tree, DatasetOptions options) =>
        CocoLayout.Find(tree, options) ?? Challenge(tree, options) ?? Paired(tree, options);

    /// <summary>A layout of two parts, with the classes of the first, or of one that is divided later.</summary>
    internal static DataLayout Of(FileTree tree, string kind, BoxPart train, BoxPart? val, DatasetOptions options)
    {
        var own = new Lazy<BoxContent>(train.Read);
        var classes = new Lazy<BoxClasses>(() => BoxClasses.Of(own.Value, options));
        IImageDataset Open() => new BoxImages(own.Value, classes.Value, options);
        string[] folders = [.. train.Folders, .. val?.Folders ?? []];
        return new DataLayout(kind, val is null ? null : Open, val is null ? null : () => new BoxImages(val.Read(), classes.Value, options), val is null ? Open : null)
        {
            Notes = PartFolders.LeftOut(tree, kind, folders, options),
        };
    }

    // Pascal VOC's own folders: numbers of pixels from 1 on, and lists of which picture is in which part.
    private static DataLayout? Challenge(FileTree tree, DatasetOptions options)
    {
        if (Folder(tree.TopFolders, ["jpegimages"]) is not { } images || Folder(tree.TopFolders, ["annotations"]) is not { } labels
            || PairedBoxes.FormatOf(tree.Under(labels)) != BoxFormat.Xml)
        {
            return null;
        }

        BoxPart Part(string? list) => new([images, labels], () => PairedBoxes.Read(
            tree.Under(images), tree.Under(labels), BoxFormat.VocXml, null, list is null ? null : Listed(tree, list), options));
        string? List(string[] names) => names.Select(n => $"{Lists}/{n}.txt").FirstOrDefault(tree.Files.Contains);
        return List(PartFolders.TrainNames) is { } train && List(PartFolders.ValNames) is { } val
            ? Of(tree, $"{images}/ and {labels}/ by {Lists}/", Part(train), Part(val), options)
            : Of(tree, $"{images}/ and {labels}/", Part(null), null, options);
    }

    // A name a line; lists of a single class have 1 or -1 after it.
    private static string[] Listed(FileTree tree, string list) =>
        [.. TextLines.Of(tree.Read(list), $"{tree.Source}/{list}").Select(l => l.Split([' ', '\t'], 2)[0])];

    private static DataLayout? Paired(FileTree tree, DatasetOptions options)
    {
        IReadOnlyList<string> folders = tree.TopFolders;
        if (PartFolders.Find(folders, PartFolders.TrainNames).FirstOrDefault() is { } train && Part(tree, train, options) is { } first)
        {
            (string Name, BoxPart? Part) second = PartFolders.Find(folders, PartFolders.ValNames).Select(v => (Name: v, Part: Part(tree, v, options)))
                .FirstOrDefault(v => v.Part is not null);
            return Of(tree, second.Part is null ? $"{train}/ with boxes" : $"{train}/ and {second.Name}/ with boxes", first, second.Part, options);
        }

        if (Folder(folders, MaskNames.ImageFolders) is not { } images || Folder(folders, s_labelFolders) is not { } labels
            || PairedBoxes.FormatOf(tree.Under(labels)) is not { } format)
        {
            return Beside(tree, "", [], options) is { } loose ? Of(tree, "pictures with boxes beside them", loose, null, options) : null;
        }

        FileTree pictures = tree.Under(images), boxes = tree.Under(labels);
        BoxPart Below(string? part) => new([images, labels], () =>
        {
            (FileTree own, FileTree beside) = part is null ? (pictures, boxes) : (pictures.Under(part), boxes.Under(part));
            return PairedBoxes.Read(own, beside, format, Names(format, tree, boxes), null, options);
        });
        return Find(PartFolders.TrainNames) is { } inner && Find(PartFolders.ValNames) is { } last
            ? Of(tree, $"{images}/ and {labels}/", Below(inner), Below(last), options)
            : Of(tree, $"{images}/ and {labels}/", Below(null), null, options);

        string? Find(string[] names) => PartFolders.Find(pictures.TopFolders, names).FirstOrDefault(boxes.TopFolders.Contains);
    }

    private static BoxPart? Part(FileTree tree, string part, DatasetOptions options)
    {
        FileTree own = tree.Under(part);
        if (Folder(own.TopFolders, MaskNames.ImageFolders) is { } images && Folder(own.TopFolders, s_labelFolders) is { } labels)
        {
            FileTree pictures = own.Under(images), boxes = own.Under(labels);
            return PairedBoxes.FormatOf(boxes) is not { } format ? null
                : new BoxPart([part], () => PairedBoxes.Read(pictures, boxes, format, Names(format, tree, own, boxes), null, options));
        }

        return Beside(own, part, [tree], options);
    }

    // Pictures and their files in one folder.
    private static BoxPart? Beside(FileTree own, string folder, FileTree[] above, DatasetOptions options)
    {
        bool isFlat = own.Files.Any(f => !f.Contains('/') && own.IsImage(f, options)) && own.TopFolders.Count == 0;
        return !isFlat || PairedBoxes.FormatOf(own) is not { } format ? null
            : new BoxPart(folder.Length == 0 ? [] : [folder], () => PairedBoxes.Read(own, own, format, Names(format, [.. above, own]), null, options));
    }

    private static IReadOnlyList<string>? Names(BoxFormat format, params FileTree[] trees) => format == BoxFormat.Yolo ? YoloNames.Find(trees)
        : trees.SelectMany(t => DataFiles.ClassLists.Where(t.Files.Contains).Select(f => (Tree: t, File: f))).FirstOrDefault() is ({ } tree, { } file)
            ? TextLines.ClassNames(tree.Read(file), MaskLabels.MostClasses, $"{tree.Source}/{file}")
            : null;

    private static string? Folder(IReadOnlyList<string> folders, string[] names) =>
        names.Select(n => folders.FirstOrDefault(f => f.Equals(n, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(f => f is not null);
}
