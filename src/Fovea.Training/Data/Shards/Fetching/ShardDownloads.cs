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
        return new DataLayout("shards", null, null, () => Open(text, addresses, options));
    }

    /// <summary>The shards at addresses; nothing is fetched before it is used.</summary>
    /// <param name="text">The addresses.</param>
    /// <param name="options">How files are fetched.</param>
    /// <exception cref="OptionException">They are no addresses of shards.</exception>
    public static FetchedShard[] All(string text, DatasetOptions options) => All(ShardAddresses.Of(text), CacheOf(options));

    private static FetchedShard[] All(string[] addresses, ShardCache cache) => [.. addresses.Select(a => new FetchedShard(a, cache))];

    private static ShardCache CacheOf(DatasetOptions options) => new(options.Sources ?? SourceOptions.FromEnvironment());

    private static ShardSet Open(string text, string[] addresses, DatasetOptions options)
    {
        ShardCache cache = CacheOf(options);
        string list = ShardAddresses.Beside(addresses[0], DataFiles.ClassLists[0]);
        string[]? classes = cache.TryFetch(list) is { } path
            ? TextLines.ClassNames(DirectoryTree.ReadFile(path, options.MemoryLimit), ShardFolder.MostClasses, list)
            : null;
        return new ShardSet(text, All(addresses, cache), classes, options);
    }
}
