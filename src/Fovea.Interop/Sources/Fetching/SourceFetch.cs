namespace Fovea.Io;

/// <summary>Brings all files of one source into the cache: of a repository without a file the first that is there, of an index what it names.</summary>
internal sealed class SourceFetch : IDisposable
{
    private readonly SourceOptions _options;
    private readonly SourceCache _cache;
    private readonly WebRequests _web;
    private readonly FetchProgress _progress;
    private long _left;

    /// <param name="options">How.</param>
    /// <param name="progress">Is told how far it is.</param>
    public SourceFetch(SourceOptions options, IProgress<WorkProgress>? progress)
    {
        (_options, _cache, _web, _progress) = (options, new SourceCache(options), new WebRequests(options), new FetchProgress(progress));
        _left = options.MostBytes;
    }

    /// <summary>Brings the source.</summary>
    /// <exception cref="SourceException">It cannot be had.</exception>
    /// <exception cref="SafetensorsException">It is an index that breaks the rules of its format.</exception>
    /// <exception cref="DiskFullException">There is no room for it.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<LocalWeights> RunAsync(SourcePlace place, CancellationToken cancellation)
    {
        LocalWeights found = place switch
        {
            HubPlace hub => await OfHubAsync(hub, cancellation),
            WebPlace web => Local(place, web.FileName, await FileAsync(RemoteFile.Of(web.Text, web.Address, web.Sha256), cancellation) ?? throw Missing(web.Text)),
            PathPlace path => new LocalWeights(path, path.Path) { FileName = path.FileName },
            _ => throw new InvalidOperationException(),
        };
        found = found.IsFetched && ShardIndex.IsIndex(found.FileName) ? await WithShardsAsync(found, cancellation) : found;
        _progress.End();
        return found;
    }

    public void Dispose() => _web.Dispose();

    private async Task<LocalWeights> OfHubAsync(HubPlace hub, CancellationToken cancellation)
    {
        foreach (string file in hub.File is { } said ? [said] : HubPlace.UsualFiles)
        {
            if (await FileAsync(RemoteFile.Of(hub.Text, hub, file, _options.Endpoint), cancellation) is { } entry)
            {
                return Local(hub, file, entry);
            }
        }

        throw _options.IsOffline ? Missing(hub.Text) : new SourceException(hub.Text, SourceError.NotFound,
            $"{hub.Repository} has none of {string.Join(", ", HubPlace.UsualFiles)} at {hub.Revision}; name the file, hf:{hub.Repository}/FILE");
    }

    // The files that an index names are of its own commit, whatever is written to the branch meanwhile.
    private async Task<LocalWeights> WithShardsAsync(LocalWeights index, CancellationToken cancellation)
    {
        IReadOnlyList<string> names = index.Read(path => ShardIndex.Read(path).Files);
        _progress.Expect(names.Count);
        var files = new Dictionary<string, string>();
        foreach (string name in names)
        {
            string source = $"{index.Source} ({name})";
            RemoteFile shard = index.Place switch
            {
                HubPlace hub => RemoteFile.Of(source, hub with { Revision = index.Commit ?? hub.Revision, File = Beside(index.Within, name) }, Beside(index.Within, name), _options.Endpoint),
                WebPlace web => RemoteFile.Of(source, new Uri(web.Address, Uri.EscapeDataString(name)), null),
                _ => throw new InvalidOperationException(),
            };
            files[name] = _cache.PathOf((await FileAsync(shard, cancellation) ?? throw Missing(source)).Sha256);
        }

        return new LocalWeights(index.Place, index.Path) { FileName = index.FileName, Commit = index.Commit, Sha256 = index.Sha256, Within = index.Within, Files = files };
    }

    private async Task<CacheEntry?> FileAsync(RemoteFile file, CancellationToken cancellation)
    {
        CacheEntry? entry = await new FileFetch(_options, _cache, _web, _progress, file, _left).RunAsync(cancellation);
        _left -= entry?.Length ?? 0;
        _progress.Next(entry?.Length ?? 0);
        return entry;
    }

    private LocalWeights Local(SourcePlace place, string within, CacheEntry entry) => new(place, _cache.PathOf(entry.Sha256))
    {
        FileName = within[(within.LastIndexOf('/') + 1)..],
        Commit = entry.Commit,
        Sha256 = entry.Sha256,
        Within = within,
    };

    private SourceException Missing(string source) =>
        new(source, SourceError.Offline, $"it is not in the cache ({_options.Cache}), and FOVEA_OFFLINE or HF_HUB_OFFLINE says to ask nobody; unset it to fetch the file");

    private static string Beside(string file, string name) => $"{file[..(file.LastIndexOf('/') + 1)]}{name}";
}
