namespace Fovea.Io;

/// <summary>Weights as files of this machine, wherever they came from.</summary>
public sealed class LocalWeights
{
    internal LocalWeights(SourcePlace place, string path) => (Place, Path) = (place, path);

    /// <summary>The file, or the index of several (see <see cref="Files"/>).</summary>
    public string Path { get; }

    /// <summary>What the user wrote, which messages say.</summary>
    public string Source => Place.Text;

    /// <summary>The name that the file has where it came from: formats without a mark of their own are known by it.</summary>
    public string FileName { get; internal init; } = string.Empty;

    /// <summary>The commit that a file of a repository is of; null for other sources.</summary>
    public string? Commit { get; internal init; }

    /// <summary>The SHA-256 of a file that was fetched; null for paths.</summary>
    public string? Sha256 { get; internal init; }

    /// <summary>Of an index that was fetched, where the files that it names are; empty for all else.</summary>
    public IReadOnlyDictionary<string, string> Files { get; internal init; } = new Dictionary<string, string>();

    /// <summary>A source that stays the same for good, where <see cref="Source"/> is a branch or a tag; else null.</summary>
    public string? Lasting => Place is HubPlace { IsFixed: false } hub && Commit is not null
        ? $"hf:{hub.Repository}@{Commit}/{Within}"
        : null;

    /// <summary>Whether the file was fetched.</summary>
    internal bool IsFetched => Sha256 is not null;

    /// <summary>Where a file is that the index names: null for beside it.</summary>
    internal Func<string, string>? Locate => IsFetched ? name => Files[name] : null;

    internal SourcePlace Place { get; }

    /// <summary>The path within a repository.</summary>
    internal string Within { get; init; } = string.Empty;

    /// <summary>Reads the file. Where it was fetched, errors name the source instead of a place in the cache, and the file is compared with its checksum before it is called bad.</summary>
    /// <param name="read">Reads the path that it is given.</param>
    /// <exception cref="DataFormatException">The content breaks the rules of its format; the inner exception is the reader's.</exception>
    /// <exception cref="SourceException">The copy in the cache was damaged; it is removed.</exception>
    public T Read<T>(Func<string, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            return read(Path);
        }
        catch (DataFormatException error) when (Path != Source)
        {
            CheckContent();
            if (Names(error.Message))
            {
                throw new DataFormatException(Renamed(error.Message), error);
            }

            throw;
        }
        catch (OptionException error) when (Path != Source && Names(error.Message))
        {
            string message = error.Message.StartsWith($"{error.Subject}: ", StringComparison.Ordinal) ? error.Message[(error.Subject.Length + 2)..] : error.Message;
            throw new OptionException(Renamed(error.Subject), Renamed(message));
        }
    }

    private bool Names(string message) => message.Contains(Path, StringComparison.Ordinal) || Files.Values.Any(f => message.Contains(f, StringComparison.Ordinal));

    private string Renamed(string message) => Files.Aggregate(
        message.Replace(Path, Source, StringComparison.Ordinal), (text, file) => text.Replace(file.Value, $"{Source} ({file.Key})", StringComparison.Ordinal));

    // What a disk lost since the file came is no fault of whoever wrote it.
    private void CheckContent()
    {
        foreach (string path in IsFetched ? Files.Values.Prepend(Path) : [])
        {
            if (!SourceCache.IsIntact(path))
            {
                File.Delete(path);
                throw new SourceException(Source, SourceError.Altered, $"its copy in the cache was damaged on this machine's disk and is removed ({path}); run the command again, which fetches it anew");
            }
        }
    }
}
