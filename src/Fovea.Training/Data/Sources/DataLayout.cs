namespace Fovea.Training.Data;

/// <summary>What a tree was recognised as: a way to each part that it has. Nothing is read before a part is opened.</summary>
/// <param name="Kind">The layout's name for messages.</param>
/// <param name="Train">Opens the training part; null when the parts are not divided.</param>
/// <param name="Val">Opens the validation part; null likewise.</param>
/// <param name="Whole">Opens everything, when the data are not divided.</param>
internal sealed record DataLayout(string Kind, Func<IImageDataset>? Train, Func<IImageDataset>? Val, Func<IImageDataset>? Whole)
{
    private const int DeepestWrapping = 8;

    /// <summary>What the training part is called, the likeliest name first.</summary>
    public static readonly string[] TrainNames = ["train", "training"];

    /// <summary>What the validation part is called.</summary>
    public static readonly string[] ValNames = ["val", "valid", "validation", "test"];

    /// <summary>Whether the data say themselves what is for training and what for validation.</summary>
    public bool IsDivided => Train is not null && Val is not null;

    /// <summary>The part asked for, or all when the data are not divided, or what there is.</summary>
    public IImageDataset Open(DataSplit split) =>
        ((split == DataSplit.Train ? Train : Val) ?? Whole ?? Train ?? Val)!();

    /// <summary>Recognises the layout of a tree.</summary>
    /// <exception cref="DataException">It is none that can be read.</exception>
    public static DataLayout Detect(FileTree tree, DatasetOptions options)
    {
        if (options.Task != DataTask.Classify && MaskLayout.Find(tree, options) is { } masks)
        {
            return masks;
        }

        return options.Task != DataTask.Segment
            ? Detect(tree, options, 0)
            : throw new DataException(
                $"{tree.Source}: expected pictures and masks of the same names in folders such as images/ and masks/, train/images and train/masks, train/ and "
                + $"trainannot/, or train/ and masks/train/, got {(tree.TopFolders.Count == 0 ? "no folders" : string.Join("/, ", tree.TopFolders.Take(10)) + "/")}.");
    }

    /// <summary>The folder of the training part among folders, or null.</summary>
    internal static string? FindTrain(IReadOnlyList<string> folders) => Find(folders, TrainNames);

    /// <summary>The folder of the validation part among folders, or null.</summary>
    internal static string? FindVal(IReadOnlyList<string> folders) => Find(folders, ValNames);

    private static DataLayout Detect(FileTree tree, DatasetOptions options, int depth)
    {
        string[] data = [.. tree.Files.Where(f => !f.Contains('/') && DataFiles.IsData(f))];
        if (data.Any(DataFiles.IsCifar))
        {
            string[] test = [.. data.Where(f => DataFiles.IsCifar(f) && CifarBinary.IsTest(f))];
            string[] train = [.. data.Where(DataFiles.IsCifar).Except(test)];
            return new DataLayout("CIFAR-10 binary",
                train.Length == 0 ? null : () => CifarBinary.Open(tree, train, options),
                test.Length == 0 ? null : () => CifarBinary.Open(tree, test, options), null);
        }

        if (data.Any(f => DataFiles.IsIdx(f) && IdxArrays.IsImages(f)))
        {
            return FromIdx(tree, [.. data.Where(f => DataFiles.IsIdx(f) && IdxArrays.IsImages(f))], options);
        }

        if (data.Any(DataFiles.IsTable))
        {
            return FromTables(tree, [.. data.Where(DataFiles.IsTable)], options);
        }

        IReadOnlyList<string> folders = tree.TopFolders;
        string? trainFolder = Find(folders, TrainNames), valFolder = Find(folders, ValNames);
        if (trainFolder is not null && valFolder is not null && folders.All(IsPart))
        {
            return new DataLayout($"{trainFolder}/ and {valFolder}/",
                () => Detect(tree.Under(trainFolder), options, depth + 1).Open(DataSplit.Train),
                () => Detect(tree.Under(valFolder), options, depth + 1).Open(DataSplit.Val), null);
        }

        // One folder around everything is the archive's or the download's, not a class, unless pictures lie right in it.
        if (folders.Count == 1 && depth < DeepestWrapping && !tree.Files.Any(f => options.IsImage(f) && f.LastIndexOf('/') <= folders[0].Length))
        {
            return Detect(tree.Under(folders[0]), options, depth + 1);
        }

        return new DataLayout("folder per class", null, null, () => FolderPerClass.Open(tree, options));
    }

    private static DataLayout FromIdx(FileTree tree, string[] images, DatasetOptions options)
    {
        string? train = images.FirstOrDefault(f => !IdxArrays.IsTest(f)), test = images.FirstOrDefault(IdxArrays.IsTest);
        return new DataLayout("IDX",
            train is null ? null : () => IdxArrays.Open(tree, train, options),
            test is null ? null : () => IdxArrays.Open(tree, test, options), null);
    }

    private static DataLayout FromTables(FileTree tree, string[] tables, DatasetOptions options)
    {
        string? Named(string[] names) =>
            tables.FirstOrDefault(t => names.Contains(Path.GetFileNameWithoutExtension(t), StringComparer.OrdinalIgnoreCase));

        if (Named(TrainNames) is { } train && Named(ValNames) is { } val)
        {
            return new DataLayout($"{train} and {val}",
                () => FromTable(tree, train, options).Open(DataSplit.Train), () => FromTable(tree, val, options).Open(DataSplit.Val), null);
        }

        return tables.Length == 1
            ? FromTable(tree, tables[0], options)
            : throw new DataException(
                $"{tree.Source}: expected one table, or train.csv and val.csv, got {string.Join(", ", tables)}; give the path of one.");
    }

    /// <summary>The layout of one table.</summary>
    internal static DataLayout FromTable(FileTree tree, string path, DatasetOptions options)
    {
        var table = new CsvTable(tree, path, options);
        return table.HasSplits
            ? new DataLayout("table with a split column", () => table.Open(DataSplit.Train), () => table.Open(DataSplit.Val), null)
            : new DataLayout("table", null, null, () => table.Open(null));
    }

    // Beside the parts of an exported set lie its masks. Any other folder means that "train" is a class among classes.
    private static bool IsPart(string folder) =>
        Find([folder], TrainNames) is not null
        || Find([folder], ValNames) is not null
        || folder.Equals("masks", StringComparison.OrdinalIgnoreCase);

    private static string? Find(IReadOnlyList<string> folders, string[] names)
    {
        foreach (string name in names)
        {
            if (folders.FirstOrDefault(f => f.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
