using System.Globalization;
using Fovea.Io;

namespace Fovea.Training.Data;

/// <summary>A shard of another machine: fetched when a picture of it is first needed, and again when it had to make room for others.</summary>
/// <param name="address">The shard.</param>
/// <param name="cache">Where it is kept.</param>
internal sealed class FetchedShard(string address, ShardCache cache) : StoredShard(address)
{
    private const int MostTries = 8;
    private const int UseMilliseconds = 5000;
    private readonly Lock _gate = new();
    private string? _path;
    private long _used;
    private long _length = -1;

    public override string Name { get; } = Path.GetFileNameWithoutExtension(WeightsSources.FileNameOf(address));

    public override bool IsFetched => true;

    /// <summary>What stands beside its pictures, by its index or else by itself; null where nothing does, or the shard cannot be had.</summary>
    /// <param name="options">Which members are pictures.</param>
    public ShardLabels? KindOf(DatasetOptions options)
    {
        try
        {
            return OwnIndex(options, out _)?.Kind ?? Use(file => ShardScanner.KindOf(file, options));
        }
        catch (Exception e) when (e is DataException || IsOfThisShard(e))
        {
            return null;
        }
    }

    public override ShardIndex Index(DatasetOptions options, ShardLabels kind, out string? kept)
    {
        kept = null;
        try
        {
            if (OwnIndex(options, out string? path) is { } index && index.Kind == kind)
            {
                (kept, _length) = (path, index.Length);
                return index;
            }

            return Use(file => ShardScanner.Scan(file, options, kind, Source));
        }
        catch (Exception e) when (e is DataException || IsOfThisShard(e))
        {
            return new ShardIndexBuilder(kind).Build(0, e.Message.TrimEnd('.'));
        }
    }

    public override void Read(long offset, byte[] target) => Use(file =>
    {
        ShardFiles.Read(file, offset, target);
        return true;
    });

    // What another thread or process removes between the fetching and the reading is fetched again.
    public override T Use<T>(Func<string, T> read)
    {
        for (int tries = 1; ; tries++)
        {
            string? path = null;
            try
            {
                path = Fetched();
                return ShardCache.Reading(path, read);
            }
            catch (Exception e) when (tries < MostTries && (IsGone(e) || (e is DataException { InnerException: { } inner } && IsGone(inner))))
            {
                Forget(path);
            }
            catch (DataException e) when (path is not null && e.Message.Contains(path, StringComparison.Ordinal))
            {
                throw new DataException(e.Message.Replace(path, Source, StringComparison.Ordinal), e);
            }
            catch (SourceException e) when (IsOfThisShard(e))
            {
                throw new DataException(e.Message, e);
            }
        }
    }

    // A server that lacks the file, or has another, is a broken shard; without a server, or without room, none of them can be had.
    private static bool IsOfThisShard(Exception error) =>
        error is SourceException { Error: SourceError.NotFound or SourceError.Refused or SourceError.Altered or SourceError.TooLarge };

    private static bool IsGone(Exception error) => error is FileNotFoundException or DirectoryNotFoundException;

    private ShardIndex? OwnIndex(DatasetOptions options, out string? path)
    {
        path = cache.TryFetch(ShardAddresses.IndexOf(Source));
        return path is not null && new FileInfo(path).Length <= options.MemoryLimit ? ShardIndex.Parse(File.ReadAllBytes(path)) : null;
    }

    private string Fetched()
    {
        lock (_gate)
        {
            long now = Environment.TickCount64;
            if (_path is { } there)
            {
                if (now - _used > UseMilliseconds)
                {
                    _used = now;
                    ShardCache.Touch(there);
                }

                return there;
            }

            string path = cache.Fetch(Source);
            long length = new FileInfo(path).Length;
            if (_length >= 0 && length != _length)
            {
                throw new DataException(string.Create(
                    CultureInfo.InvariantCulture, $"{Source}: has {length} bytes, and its index says {_length}: one of the two was changed; put the index that belongs to it beside it."));
            }

            (_path, _used) = (path, now);
            return path;
        }
    }

    private void Forget(string? path)
    {
        lock (_gate)
        {
            _path = _path == path ? null : _path;
        }
    }
}
