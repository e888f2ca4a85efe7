using System.Globalization;
using Fovea.Io;

namespace Fovea.Training.Data;

/// <summary>
/// Opens data by what they are: a folder per class, such folders under train/ and val/, CIFAR-10's binary batches, MNIST's IDX files, a
/// table of path and label, folders of images and masks paired by name, query/ and gallery/ beside train/, a .tar, .tar.gz or .zip of any of these, shards on disk or at addresses, or by a name:
/// <c>clutter</c> (also null), the data that need no file, and those that programs register.
/// </summary>
public static class DatasetFactory
{
    private const string ClutterName = "clutter";
    private static readonly Registry<NamedDataset> s_named = new("data set", static d => d.Name, [new NamedDataset(ClutterName, Clutter) { Origin = "made from the seed" }]);

    /// <summary>The data that have names.</summary>
    public static IReadOnlyList<NamedDataset> Named => s_named.All;

    /// <summary>Adds data of your own under a name, by which they are opened wherever a path of data could stand: <c>--data NAME</c>.</summary>
    /// <exception cref="ArgumentException">The name is taken, or has other characters than letters, digits, <c>_</c>, <c>-</c> and <c>.</c>.</exception>
    public static void Register(NamedDataset data) => s_named.Add(data);

    /// <summary>Opens one part of the data.</summary>
    /// <param name="source">A path, the addresses of shards, a name, or null for Clutter.</param>
    /// <param name="options">Null for <see cref="DatasetOptions.Default"/>.</param>
    /// <param name="split">Which part, when the data are divided into training and validation; data that are not come whole.</param>
    /// <exception cref="DataException">There are no such data, or they cannot be read.</exception>
    /// <exception cref="SourceException">They are at addresses, and nothing can be had from there.</exception>
    public static IImageDataset Open(string? source, DatasetOptions? options = null, DataSplit split = DataSplit.Val)
    {
        options = Checked(options);
        return Cache(OpenRaw(source, options, split), options);
    }

    /// <summary>Opens what a run needs: both parts, with the same classes.</summary>
    /// <remarks>
    /// The validation set is <paramref name="val"/> when that is given; else the data's own validation part (val/, valid/, validation/,
    /// test/, test_batch.bin, t10k-…); else <see cref="DatasetOptions.ValFraction"/> of each class, chosen by the seed.
    /// </remarks>
    /// <param name="train">A path, a name, or null for Clutter.</param>
    /// <param name="val">The path of the validation data, or null to find them in <paramref name="train"/>.</param>
    /// <param name="options">Null for <see cref="DatasetOptions.Default"/>.</param>
    /// <exception cref="DataException">There are no such data, they cannot be read, or the classes of the two parts differ.</exception>
    public static DatasetPair OpenPair(string? train, string? val = null, DatasetOptions? options = null)
    {
        options = Checked(options);
        DatasetPair pair = val is not null
            ? OpenGiven(train, val, options)
            : FindNamed(train) is { } named
                ? named.Open(options, DataSplit.Val) is { } held
                    ? new DatasetPair(WithTask(Whole(named, options), options.Task), WithTask(held, options.Task), named.Origin)
                    : HoldOut(Whole(named, options), options, [])
                : Divide(Detect(train!, options), options);
        if (!pair.IsHeldOut && (options.Folds is not null || options.ValFraction is not null))
        {
            throw new OptionException(options.Folds is null ? "val-fraction" : "folds",
                $"divides data without a validation part, and here there is one: {pair.Val.Source}; leave it out, or give the training pictures by themselves.");
        }

        if (!pair.Train.Task.IsOpenSet)
        {
            DatasetPair.RequireSameClasses(pair.Train, pair.Val);
        }

        IImageDataset used = Reduce(pair.Train, options);
        return pair with
        {
            Train = Cache(used, options),
            Val = Cache(pair.Val, options),
            Unused = Unused(pair.Train, used),
            Notes = [.. pair.Notes.Concat(pair.Train.Notes).Concat(pair.Val.Notes).Distinct()],
        };
    }

    /// <summary>All that data hold: the training and the validation part by the names of their folders where they are divided, else one without a name.</summary>
    internal static IReadOnlyList<(string Folder, IImageDataset Data)> Parts(string source, DatasetOptions options)
    {
        options = Checked(options);
        if (FindNamed(source) is { } named)
        {
            IImageDataset train = WithTask(Whole(named, options), options.Task);
            return named.Open(options, DataSplit.Val) is { } val ? [("train", train), ("val", WithTask(val, options.Task))] : [(string.Empty, train)];
        }

        DataLayout layout = Detect(source, options);
        return layout.IsDivided
            ? [("train", WithTask(layout.Open(DataSplit.Train), options.Task)), ("val", WithTask(layout.Open(DataSplit.Val), options.Task))]
            : [(string.Empty, WithTask(layout.Open(DataSplit.Train), options.Task))];
    }

    /// <summary>What a run on data is called after, when it is given no name.</summary>
    /// <param name="source">A path, <c>clutter</c>, or null for Clutter.</param>
    internal static string NameOf(string? source)
    {
        if (source is not null && ShardAddresses.Are(source))
        {
            return ShardAddresses.FolderOf(source);
        }

        string name = source is null ? ClutterName : Path.GetFileName(Path.TrimEndingDirectorySeparator(source)).Split('.')[0];

        // "train.tar.gz" says less than the folder that it lies in.
        return name is "train" or "training" && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(source!))) is { Length: > 0 } folder ? folder
            : name.Length > 0 ? name : "data";
    }

    /// <summary>Whether a name means the embedded data.</summary>
    public static bool IsClutter(string? source) => source is null or "" || source.Equals(ClutterName, StringComparison.OrdinalIgnoreCase);

    // Who says what the colours of masks mean, wants masks.
    private static DatasetOptions Checked(DatasetOptions? options)
    {
        options ??= DatasetOptions.Default;
        options.Validate();
        return options.MaskColors is null ? options : options with { Task = DataTask.Segment };
    }

    private static IImageDataset OpenRaw(string? source, DatasetOptions options, DataSplit split, List<string>? notes = null)
    {
        if (FindNamed(source) is { } named)
        {
            return WithTask(named.Open(options, split) ?? Whole(named, options), options.Task);
        }

        DataLayout layout = Detect(source!, options);
        notes?.AddRange(layout.Notes);
        return WithTask(layout.Open(split), options.Task);
    }

    // The masks of both mean what those of the training set do: a small validation set may not show every class.
    private static DatasetPair OpenGiven(string? train, string val, DatasetOptions options)
    {
        var notes = new List<string>();
        IImageDataset own = OpenRaw(train, options, DataSplit.Train, notes);
        options = options with { Task = own.Task, MaskClasses = own.Classes };
        return new DatasetPair(own, OpenRaw(val, options, DataSplit.Val, notes), "given") { Notes = notes };
    }

    private static IImageDataset WithTask(IImageDataset dataset, DataTask? task) => task is null || dataset.Task == task
        ? dataset
        : task.From(dataset) ?? throw new DataException($"{dataset.Source}: expected pictures with {task.Labels}, got pictures with {dataset.Task.Labels}.");

    private static NamedDataset? FindNamed(string? source) => s_named.Get(IsClutter(source) ? ClutterName : source!);

    private static IImageDataset Whole(NamedDataset named, DatasetOptions options) => named.Open(options, DataSplit.Train)
        ?? throw new DataException($"{named.Name}: the data set has no training part; its Open must give one for DataSplit.Train.");

    private static ClutterDataset Clutter(DatasetOptions options, DataSplit split) =>
        new(split == DataSplit.Train ? options.ClutterTrainCount : options.ClutterValCount, options.Seed, split);

    private static DatasetPair Divide(DataLayout layout, DatasetOptions options)
    {
        if (layout.IsDivided)
        {
            return new DatasetPair(WithTask(layout.Open(DataSplit.Train), options.Task), WithTask(layout.Open(DataSplit.Val), options.Task), layout.Kind) { Notes = layout.Notes };
        }

        return HoldOut(layout.Open(DataSplit.Train), options, layout.Notes);
    }

    private static DatasetPair HoldOut(IImageDataset whole, DatasetOptions options, IReadOnlyList<string> notes)
    {
        IImageDataset all = WithTask(whole, options.Task);
        double fraction = options.ValFraction ?? DatasetOptions.DefaultValFraction;
        bool byClass = all.Task.IsOpenSet;
        (string how, (int[] part, int[] rest)) = options switch
        {
            { HeldOut: { } names } => ("held out by name", StratifiedSplit.ByName(all, names)),
            { Folds: { } folds } => (string.Create(CultureInfo.InvariantCulture, $"fold {options.Fold} of {folds}, drawn by seed {options.Seed}"),
                byClass ? StratifiedSplit.FoldClasses(all, folds, options.Fold, options.Seed) : StratifiedSplit.Fold(all, folds, options.Fold, options.Seed)),
            _ => (string.Create(CultureInfo.InvariantCulture, $"{fraction} of {(byClass ? "the classes" : "each class")} held out by seed {options.Seed}"),
                byClass ? StratifiedSplit.HoldOutClasses(all, fraction, options.Seed) : StratifiedSplit.HoldOut(all, fraction, options.Seed)),
        };
        if (part.Length == 0 || rest.Length == 0)
        {
            throw new DataException(
                $"{all.Source}: of {all.Count} {(all.Count == 1 ? "picture" : "pictures")} {rest.Length} would be left for training and {part.Length} for validation "
                + $"({how}); give more pictures of a class, or the validation pictures by themselves.");
        }

        return new DatasetPair(new SubsetDataset(all, rest), new SubsetDataset(all, part, $"{all.Source} (validation part)"), how) { IsHeldOut = true, Notes = notes };
    }

    private static IImageDataset Reduce(IImageDataset train, DatasetOptions options) =>
        options.Fraction < 1 ? new SubsetDataset(train, StratifiedSplit.Share(train, options.Fraction, options.Seed)) : train;

    private static string[] Unused(IImageDataset all, IImageDataset used) => ReferenceEquals(all, used)
        ? []
        : [.. Names(all).Except(Names(used), StringComparer.Ordinal)];

    private static IEnumerable<string> Names(IImageDataset set) => Enumerable.Range(0, set.Count).Select(set.Name);

    private static IImageDataset Cache(IImageDataset dataset, DatasetOptions options) =>
        dataset is PixelList || IStoredInParts.Holds(dataset) || options.CacheLimit == 0 ? dataset : new CachedDataset(dataset, options.CacheLimit);

    private static DataLayout Detect(string path, DatasetOptions options)
    {
        if (ShardAddresses.Are(path))
        {
            return ShardDownloads.Layout(path, options);
        }

        if (ShardFolder.Detect(path, options) is { } shards)
        {
            return shards;
        }

        if (Directory.Exists(path))
        {
            return ArchiveFolder.Detect(path, options) ?? DataLayout.Detect(new PagedTree(new DirectoryTree(path, options.MemoryLimit, options.Output)), options);
        }

        if (!File.Exists(path))
        {
            throw new DataException($"{path}: there is no such folder or file; give a folder per class, an archive, a table, or a name ({string.Join(", ", s_named.Keys)}).");
        }

        return FileLayouts.Detect(path, options);
    }
}
