namespace Fovea.Training.Data;

/// <summary>What a tree was recognised as: a way to each part that it has. Nothing is read before a part is opened.</summary>
/// <param name="Kind">The layout's name for messages.</param>
/// <param name="Train">Opens the training part; null when the parts are not divided.</param>
/// <param name="Val">Opens the validation part; null likewise.</param>
/// <param name="Whole">Opens everything, when the data are not divided.</param>
internal sealed record DataLayout(string Kind, Func<IImageDataset>? Train, Func<IImageDataset>? Val, Func<IImageDataset>? Whole)
{
    private const int DeepestWrapping = 8;

    /// <summary>What is not used of the tree, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether the data say themselves what is for training and what for validation.</summary>
    public bool IsDivided => Train is not null && Val is not null;

    /// <summary>The part asked for, or all when the data are not divided, or what there is.</summary>
    public IImageDataset Open(DataSplit split) =>
        ((split == DataSplit.Train ? Train : Val) ?? Whole ?? Train ?? Val)!();

    /// <summary>Recognises the layout of a tree.</summary>
    /// <exception cref="DataException">It is none that can be read.</exception>
    public static DataLayout Detect(FileTree tree, DatasetOptions options)
    {
        IReadOnlyList<DataTask> tasks = options.Task is { } asked ? [asked] : DataTask.All;
        DataLayout? own = tasks.Select(t => t.FindLayout(tree, options)).FirstOrDefault(l => l is not null);
        if (own is null && options.Task?.Missing(tree) is { } problem)
        {
            throw new DataException(problem);
        }

        return (own ?? Detect(tree, options, 0)).With([.. tree.Notes, .. ForeignNames.Notes(tree, options)]);
    }

    private DataLayout With(IReadOnlyList<string> notes) => this with { Notes = [.. notes, .. Notes] };

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

        if (PartFolders.In(tree, options) is { } parts)
        {
            return FromParts(tree, parts, options, depth);
        }

        if (ClassFirst.Find(tree, options) is { } divided)
        {
            return divided;
        }

        if (depth < DeepestWrapping && Wrapping(tree, options) is { } folder)
        {
            return Detect(tree.Under(folder), options, depth + 1).With(PartFolders.LeftOut(tree, folder + "/", [folder], options));
        }

        return new DataLayout("folder per class", null, null, () => FolderPerClass.Open(tree, options));
    }

    // One folder around everything is the archive's or the download's, not a class, unless pictures lie right in it. So is one that has
    // parts in it, whatever lies beside it.
    private static string? Wrapping(FileTree tree, DatasetOptions options)
    {
        IReadOnlyList<string> folders = FolderPerClass.Candidates(tree, options);
        return folders.Count == 1 && !TreeListing.Under(tree.Files, folders[0] + "/").Any(f => f.LastIndexOf('/') == folders[0].Length && tree.IsImage(f, options))
            ? folders[0]
            : PartFolders.Wrapping(tree, options);
    }

    private static DataLayout FromParts(FileTree tree, PartFolders parts, DatasetOptions options, int depth)
    {
        Func<IImageDataset> Part(string folder, DataSplit split) => () => Detect(tree.Under(folder), options, depth + 1).Open(split);
        return parts.Val is { } val
            ? new DataLayout($"{parts.Train}/ and {val}/", Part(parts.Train, DataSplit.Train), Part(val, DataSplit.Val), null)
            {
                Notes = PartFolders.LeftOut(tree, $"{parts.Train}/ and {val}/", [parts.Train, val, "masks"], options),
            }
            : new DataLayout($"{parts.Train}/", null, null, Part(parts.Train, DataSplit.Train))
            {
                Notes = PartFolders.LeftOut(tree, $"{parts.Train}/ without a validation part that has classes", [parts.Train, "masks"], options),
            };
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

        if (Named(PartFolders.TrainNames) is { } train && Named(PartFolders.ValNames) is { } val)
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
}
