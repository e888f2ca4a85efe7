using Fovea.Io;

namespace Fovea.Training.Data;

/// <summary>Shards of another machine as data.</summary>
internal static class ShardDownloads
{
    /// <summary>The layout of the shards at addresses; nothing is fetched before it is opened.</summary>
    /// <param name="text">The addresses, as <see cref="ShardAddresses"/> reads them.</param>
    /// <param name="options">How pictures are decoded and files are fetched.</param>
    /// <exception cref="OptionException">They are no addresses of shards.</exception>
    public static DataLayout Layout(string text, DatasetOptions options)
    {
        string[] addresses = ShardAddresses.Of(text);
        var source = new Lazy<ShardSource>(() => Open(text, addresses, options));
        return new ShardParts(options).Whole(
            () => source.Value, () => ShardLabelKinds.Asked(options.Task) ?? source.Value.Shards.Select(s => ((FetchedShard)s).KindOf(options)).FirstOrDefault(k => k is not null) ?? ShardLabels.Classes);
    }

    /// <summary>The shards at addresses; nothing is fetched before it is used.</summary>
    /// <param name="text">The addresses.</param>
    /// <param name="options">How files are fetched.</param>
    /// <exception cref="OptionException">They are no addresses of shards.</exception>
    public static FetchedShard[] All(string text, DatasetOptions options) => All(ShardAddresses.Of(text), CacheOf(options));

    private static FetchedShard[] All(string[] addresses, ShardCache cache) => [.. addresses.Select(a => new FetchedShard(a, cache))];

    private static ShardCache CacheOf(DatasetOptions options) => new(options.Sources ?? SourceOptions.FromEnvironment());

    private static ShardSource Open(string text, string[] addresses, DatasetOptions options)
    {
        ShardCache cache = CacheOf(options);
        string list = ShardAddresses.Beside(addresses[0], DataFiles.ClassLists[0]);
        string[]? classes = cache.TryFetch(list) is { } path
            ? TextLines.ClassNames(DirectoryTree.ReadFile(path, options.MemoryLimit), ShardFolder.MostClasses, list)
            : null;

        // Of its pictures some may be at other addresses.
        ShardManifest? manifest = cache.TryFetch(ShardAddresses.Beside(addresses[0], ShardManifest.Name)) is { } said ? ShardManifest.TryReadFile(said) : null;
        return new ShardSource(text, All(addresses, cache), classes, manifest) { Pictures = null };
    }
}
