using System.Globalization;

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
            return path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) && ShardScanner.IsShard(path, options)
                ? Whole(path, [path], Path.GetDirectoryName(Path.GetFullPath(path))!, null, options)
                : null;
        }

        if (!Directory.Exists(path))
        {
            return null;
        }

        if (Shards(path, options) is { } shards)
        {
            return Whole(path, shards, path, null, options);
        }

        string[] folders = [.. Directory.EnumerateDirectories(path, "*", s_readable).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        (string Folder, string[] Shards)? Part(string[] names) => PartFolders.Find(folders, names)
            .Select(f => (Folder: Path.Combine(path, f), Shards: Shards(Path.Combine(path, f), options))).Where(p => p.Shards is not null)
            .Select(p => ((string, string[])?)(p.Folder, p.Shards!)).FirstOrDefault();
        return Part(PartFolders.TrainNames) is not { } train ? null
            : Part(PartFolders.ValNames) is not { } val ? Whole(train.Folder, train.Shards, train.Folder, path, options)
            : new DataLayout(
                $"{Path.GetFileName(train.Folder)}/ and {Path.GetFileName(val.Folder)}/ of shards",
                () => Open(train.Folder, train.Shards, train.Folder, path, options), () => Open(val.Folder, val.Shards, val.Folder, path, options), null);
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
    private static string[]? Shards(string folder, DatasetOptions options)
    {
        string[] tars = Tars(folder);
        return tars.Length > 0 && tars.All(t => Path.GetFileNameWithoutExtension(t) is { Length: >= FewestDigits } stem && stem[^FewestDigits..].All(char.IsAsciiDigit))
            && tars.Any(t => ShardIndices.TryRead(t) is { Count: > 0 } || ShardScanner.IsShard(t, options)) ? tars : null;
    }

    private static DataLayout Whole(string source, string[] shards, string folder, string? above, DatasetOptions options) =>
        new("shards", null, null, () => Open(source, shards, folder, above, options));

    private static ShardSet Open(string source, string[] shards, string folder, string? above, DatasetOptions options)
    {
        string? list = ((string?[])[folder, above]).Where(f => f is not null)
            .SelectMany(f => DataFiles.ClassLists.Select(name => Path.Combine(f!, name))).FirstOrDefault(File.Exists);
        LocalShard[] files = [.. shards.Select(s => new LocalShard(s))];
        var set = new ShardSet(source, files, list is null ? null : TextLines.ClassNames(DirectoryTree.ReadFile(list, options.MemoryLimit), MostClasses, list), options);
        return ShardManifest.TryRead(folder) is { } manifest && manifest.Pictures != set.Count
            ? new ShardSet(source, files, [.. set.Classes], options)
            {
                Notes = [.. set.Notes, string.Create(CultureInfo.InvariantCulture, $"{source}: {ShardManifest.Name} says {manifest.Pictures} pictures, the shards have {set.Count}; write or copy them to the end.")],
            }
            : set;
    }
}
