using Fovea.Io;

namespace Fovea.Training.Data;

/// <summary>
/// Where shards of other machines are kept: the folder <c>shards</c> in the cache, of which at most <see cref="SourceOptions.ShardBytes"/> stay. What was not used for the longest time goes
/// first, whichever process brought it. Indices and names of classes are kept in the cache itself, and stay.
/// </summary>
/// <param name="options">How files are fetched.</param>
internal sealed class ShardCache(SourceOptions options)
{
    private static readonly Lock s_trimming = new();
    private static readonly Lock s_using = new();
    private static readonly Dictionary<string, int> s_used = new(StringComparer.Ordinal);
    private readonly SourceOptions _shards = options with { Cache = Path.Combine(options.Cache, "shards") };

    /// <summary>Fetches a shard; its server is asked whether what is there is still the same.</summary>
    /// <returns>The file. It may be removed when others are fetched, but not while it is read.</returns>
    /// <exception cref="SourceException">It cannot be had.</exception>
    public string Fetch(string address)
    {
        string path = WeightsSources.Fetch(address, _shards).Path;
        Touch(path);
        Trim(path);
        return path;
    }

    /// <summary>Fetches a small file beside shards; null where the server has none.</summary>
    /// <exception cref="SourceException">It may be there and cannot be had.</exception>
    public string? TryFetch(string address)
    {
        try
        {
            return WeightsSources.Fetch(address, options).Path;
        }
        catch (SourceException e) when (e.Error == SourceError.NotFound)
        {
            return null;
        }
    }

    /// <summary>Says that a shard is in use. What was written when tells whether a file was changed, so that the time of its last use is kept apart.</summary>
    public static void Touch(string path)
    {
        try
        {
            File.SetLastAccessTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was removed meanwhile, and is fetched again; or the cache may only be read.
        }
    }

    /// <summary>Reads a shard, which other threads do not remove meanwhile.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads it.</param>
    public static T Reading<T>(string path, Func<string, T> read)
    {
        lock (s_using)
        {
            s_used[path] = s_used.GetValueOrDefault(path) + 1;
        }

        try
        {
            return read(path);
        }
        finally
        {
            lock (s_using)
            {
                if (--s_used[path] == 0)
                {
                    s_used.Remove(path);
                }
            }
        }
    }

    private void Trim(string fetched)
    {
        lock (s_trimming)
        {
            FileInfo[] files = [.. new DirectoryInfo(_shards.Cache).EnumerateFiles("data", SearchOption.AllDirectories).OrderBy(f => f.LastAccessTimeUtc)];
            long held = files.Sum(f => f.Length);
            foreach (FileInfo file in files)
            {
                if (held <= options.ShardBytes)
                {
                    return;
                }

                held -= file.FullName != fetched && Remove(file.FullName) ? file.Length : 0;
            }
        }
    }

    private static bool Remove(string path)
    {
        try
        {
            lock (s_using)
            {
                if (s_used.ContainsKey(path))
                {
                    return false;
                }

                ShardFiles.Close(path);
                File.Delete(path);
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Held by another process of a system that does not remove such; the next time will do.
            return false;
        }
    }
}
