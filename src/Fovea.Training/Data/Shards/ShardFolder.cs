namespace Fovea.Training.Data;

/// <summary>Recognises shards: a tar of samples by WebDataset's convention, a folder of such with numbers at the ends of their names, or train/ and val/ of them.</summary>
internal static class ShardFolder
{
    /// <summary>The most classes that a list may name.</summary>
    public const int MostClasses = 100_000;

    private const string Ending = ".tar";
    private const int FewestDigits = 4;
    private static readonly EnumerationOptions s_readable = new() { IgnoreInaccessible = true, AttributesToSkip = 0 };

    /// <summary>The layout; null where there are no shards.</summary>
    /// <exception cref="DataException">The names of the classes cannot be read.</exception>
    public static DataLayout? Detect(string path, DatasetOptions options)
    {
        if (File.Exists(path))
        {
            return path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) && KindOf(path, options) is { } own
                ? Whole(path, [path], Path.GetDirectoryName(Path.GetFullPath(path))!, null, own, options)
                : null;
        }

        if (!Directory.Exists(path))
        {
            return null;
        }

        if (Shards(path, options) is (var shards, var kind))
        {
            return Whole(path, shards, path, null, kind, options);
        }

        string[] folders = [.. Directory.EnumerateDirectories(path, "*", s_readable).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        (string Folder, string[] Shards, ShardLabels Kind)? Part(string[] names) => PartFolders.Find(folders, names)
            .Select(f => (Folder: Path.Combine(path, f), Found: Shards(Path.Combine(path, f), options))).Where(p => p.Found is not null)
            .Select(p => ((string, string[], ShardLabels)?)(p.Folder, p.Found!.Value.Shards, p.Found.Value.Kind)).FirstOrDefault();
        return Part(PartFolders.TrainNames) is not { } train ? null
            : Part(PartFolders.ValNames) is not { } val ? Whole(train.Folder, train.Shards, train.Folder, path, train.Kind, options)
            : new ShardParts(options).Divided(
                $"{Path.GetFileName(train.Folder)}/ and {Path.GetFileName(val.Folder)}/ of shards",
                Source(train.Folder, train.Shards, train.Folder, path, options), Source(val.Folder, val.Shards, val.Folder, path, options), train.Kind);
    }

    /// <summary>All shards of a place, with the folder that each lies in below it: <c>train</c>, <c>val</c>, or none.</summary>
    /// <param name="source">A tar, a folder of tars or of such folders, or addresses.</param>
    /// <param name="options">How files are fetched.</param>
    /// <exception cref="DataException">There are none.</exception>
    /// <exception cref="OptionException">They are no addresses of shards.</exception>
    public static IEnumerable<(string Folder, StoredShard Shard)> All(string source, DatasetOptions options)
    {
        if (ShardAddresses.Are(source))
        {
            return ShardDownloads.All(source, options).Select(shard => (string.Empty, (StoredShard)shard));
        }

        string[] inner = Directory.Exists(source) ? [.. Directory.EnumerateDirectories(source, "*", s_readable).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)] : [];
        string[] tars = File.Exists(source) && source.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? [source] : Directory.Exists(source) ? Tars(source) : [];
        (string Folder, StoredShard Shard)[] all = tars.Length > 0
            ? [.. tars.Select(tar => (string.Empty, (StoredShard)new LocalShard(tar)))]
            : [.. inner.SelectMany(folder => Tars(Path.Combine(source, folder)).Select(tar => (folder, (StoredShard)new LocalShard(tar))))];
        return all.Length > 0 ? all : throw new DataException(
            $"{source}: expected shards: a tar of images, a folder of such, or their addresses; write them with fovea shard, or give files and folders of images as IMAGE.");
    }

    private static string[] Tars(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*" + Ending, s_readable).Where(f => !PassedOver.IsHidden(Path.GetFileName(f))).Order(StringComparer.Ordinal)];

    // A folder of one archive for each class has no digits at the ends of names, or no labels in its archives.
    private static (string[] Shards, ShardLabels Kind)? Shards(string folder, DatasetOptions options)
    {
        string[] tars = Tars(folder);
        return tars.Length > 0 && tars.All(t => Path.GetFileNameWithoutExtension(t) is { Length: >= FewestDigits } stem && stem[^FewestDigits..].All(char.IsAsciiDigit))
            && tars.Select(t => KindOf(t, options)).FirstOrDefault(k => k is not null) is { } kind ? (tars, kind) : null;
    }

    // A shard that begins with damage has its index still.
    private static ShardLabels? KindOf(string tar, DatasetOptions options)
    {
        ShardLabels? found = ShardScanner.KindOf(tar, options) ?? (ShardIndices.TryRead(tar) is { Count: > 0 } index ? index.Kind : null);
        return found is null ? null : ShardLabelKinds.Asked(options.Task) ?? found;
    }

    private static DataLayout Whole(string source, string[] shards, string folder, string? above, ShardLabels kind, DatasetOptions options) =>
        new ShardParts(options).Whole(() => Source(source, shards, folder, above, options), () => kind);

    private static ShardSource Source(string source, string[] shards, string folder, string? above, DatasetOptions options)
    {
        string? list = ((string?[])[folder, above]).Where(f => f is not null)
            .SelectMany(f => DataFiles.ClassLists.Select(name => Path.Combine(f!, name))).FirstOrDefault(File.Exists);
        return new ShardSource(
            source, [.. shards.Select(s => new LocalShard(s))], list is null ? null : TextLines.ClassNames(DirectoryTree.ReadFile(list, options.MemoryLimit), MostClasses, list),
            ShardManifest.TryRead(folder));
    }
}
