using System.Net;

namespace Fovea.Io;

/// <summary>
/// Brings one file into the cache: asks whether what is there is still so, goes on where a broken download stopped, and compares lengths and
/// checksums before the file gets its name. Of one use.
/// </summary>
internal sealed class FileFetch
{
    private readonly SourceOptions _options;
    private readonly SourceCache _cache;
    private readonly WebRequests _web;
    private readonly FetchProgress _progress;
    private readonly RemoteFile _file;
    private readonly long _most;
    private readonly Retries _retries;
    private readonly PartFile _part;
    private bool _beganAnew;

    /// <param name="options">How.</param>
    /// <param name="cache">Where to.</param>
    /// <param name="web">Asks the servers.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="file">What.</param>
    /// <param name="most">How many bytes it may have.</param>
    public FileFetch(SourceOptions options, SourceCache cache, WebRequests web, FetchProgress progress, RemoteFile file, long most)
    {
        (_options, _cache, _web, _progress, _file, _most) = (options, cache, web, progress, file, most);
        _retries = new Retries(options.Wait);
        _part = cache.PartOf(file.Key);
    }

    /// <summary>Brings the file.</summary>
    /// <returns>What the cache knows of it; null if the server says that the repository has no such file.</returns>
    /// <exception cref="SourceException">It cannot be had.</exception>
    /// <exception cref="DiskFullException">There is no room for it.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; what came is kept where it can be continued.</exception>
    public async Task<CacheEntry?> RunAsync(CancellationToken cancellation)
    {
        if (Settled() is { } there)
        {
            return there;
        }

        if (_options.IsOffline)
        {
            return null;
        }

        using IDisposable alone = await _cache.LockAsync(_file.Key, cancellation);
        if (Settled() is { } meanwhile)
        {
            return meanwhile;
        }

        CacheEntry? known = _cache.Find(_file.Key) is { } entry && IsAsSaid(entry.Sha256) ? entry : null;
        while (true)
        {
            try
            {
                using WebAnswer answer = await _web.GetAsync(_file, known, Resumable(), cancellation);
                if (answer.IsSame && known is not null)
                {
                    return Keep(known with { Commit = answer.Facts.Commit ?? known.Commit });
                }

                if (Refusals.LacksFile(answer) && _file.Hub is { File: null })
                {
                    return null;
                }

                if (await TakeAsync(answer, cancellation) is { } taken)
                {
                    return taken;
                }
            }
            catch (ConnectionException error) when (_retries.Are(error))
            {
                await _retries.WaitAsync(error, cancellation);
            }
            catch (ConnectionException error)
            {
                throw new SourceException(_file.Source, SourceError.Broken, $"{error.Message}{Outlook(error, known)}", error);
            }
        }
    }

    // What no server has to be asked for: a commit, a content whose checksum the user said, and all else while nothing may be asked.
    private CacheEntry? Settled()
    {
        if ((_file.IsFixed || _options.IsOffline || _file.Sha256 is not null) && _cache.Find(_file.Key) is { } entry && IsAsSaid(entry.Sha256))
        {
            return entry;
        }

        // The same content from elsewhere.
        return _file.Sha256 is { } said && _cache.Has(said)
            ? Keep(new CacheEntry { Source = _file.Record, Sha256 = said, Length = new FileInfo(_cache.PathOf(said)).Length, Written = _cache.WrittenAt(said) })
            : null;
    }

    private bool IsAsSaid(string sha256) => _file.Sha256 is not { } said || said == sha256;

    private (long Length, string Validator)? Resumable() => !_beganAnew && _part.State is { } state && IsAsSaid(state.Sha256 ?? _file.Sha256 ?? string.Empty)
        ? (_part.Length, state.Validator)
        : null;

    // Null where the beginning that is there is of no use, and all is to be asked for.
    private async Task<CacheEntry?> TakeAsync(WebAnswer answer, CancellationToken cancellation)
    {
        if (Refusals.MayPass(answer.Status))
        {
            throw new ConnectionException($"{answer.Address.Host} answers {(int)answer.Status}{(answer.Status == HttpStatusCode.TooManyRequests ? ", too many requests" : string.Empty)}")
            {
                After = Refusals.After(answer),
            };
        }

        if (answer.Status == HttpStatusCode.RequestedRangeNotSatisfiable && Resumable() is not null)
        {
            _beganAnew = true;
            return null;
        }

        if (answer.Status is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
        {
            throw Refusals.Of(_file, answer, _options.Token is not null);
        }

        long? whole = answer.Status == HttpStatusCode.PartialContent ? answer.Content.ContentRange?.Length : answer.Content.ContentLength;
        bool goesOn = answer.Status == HttpStatusCode.PartialContent;
        if (goesOn && !Continues(answer))
        {
            _beganAnew = _beganAnew ? throw Altered("the server sends a part of the file that was not asked for") : true;
            return null;
        }

        BodyChecks.CheckKind(_file, answer);
        whole = BodyChecks.Length(_file, answer, whole, _most);
        if (!goesOn)
        {
            _part.Begin(answer.Validator is { } validator && whole is { } total ? new PartState(total, validator, answer.Facts.Sha256) : null);
        }

        return await CopyAsync(answer, whole, goesOn, cancellation);
    }

    // The rest of the same file from where it stopped: as long as it was, by the same name.
    private bool Continues(WebAnswer answer) => Resumable() is var (length, validator) && answer.Content.ContentRange is { From: { } from, Length: { } total }
        && from == length && total == _part.State!.Total && (answer.Validator is not { } now || now == validator)
        && (answer.Facts.Sha256 is not { } sha || _part.State.Sha256 is not { } before || sha == before);

    private async Task<CacheEntry?> CopyAsync(WebAnswer answer, long? whole, bool goesOn, CancellationToken cancellation)
    {
        string said = _file.Sha256 ?? answer.Facts.Sha256 ?? string.Empty;
        string sha256 = await new BodyCopy(_options, _file, _part, _progress, _retries).RunAsync(answer, whole, _most, cancellation);
        if (said.Length > 0 && sha256 != said)
        {
            _part.Discard();
            _beganAnew = goesOn ? true : throw Altered($"its SHA-256 is {sha256}, and {(_file.Sha256 is null ? $"the server says {said}; it was changed on its way or the server is wrong" : $"{said} was asked for")}");
            return null;
        }

        long length = _part.Length;
        _cache.Take(_part.Path, sha256);
        _part.Discard();
        return Keep(new CacheEntry
        {
            Source = _file.Record,
            Sha256 = sha256,
            Length = length,
            Written = _cache.WrittenAt(sha256),
            Tag = answer.Tag,
            Modified = answer.Modified,
            Commit = answer.Facts.Commit,
        });
    }

    private CacheEntry Keep(CacheEntry entry)
    {
        _cache.Remember(_file.Key, entry);
        if (_file.Hub is { IsFixed: false } hub && entry.Commit is { } commit)
        {
            // Who asks for the commit itself need not wait for it again.
            _cache.Remember(RemoteFile.Of(_file.Source, hub with { Revision = commit }, _file.Within, _file.TokenFor!).Key, entry);
        }

        return entry;
    }

    private string Outlook(ConnectionException error, CacheEntry? known)
    {
        string tries = !error.MayPass ? string.Empty
            : error.After is { } after && _retries.Tries == 1 ? $", and asks to be left alone for {after.TotalMinutes:0} minutes"
            : $", {_retries.Tries} times";
        string kept = _part.State is null ? string.Empty : $"; the {_part.Length:N0} bytes that came are kept, and the next try goes on behind them";
        return $"{tries}{kept}{(known is null ? string.Empty : "; what came before is in the cache, and FOVEA_OFFLINE=1 uses it")}";
    }

    private SourceException Altered(string problem) => new(_file.Source, SourceError.Altered, $"{problem}; nothing of it is kept");
}
