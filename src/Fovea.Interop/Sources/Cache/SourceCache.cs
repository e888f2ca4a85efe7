using System.Security.Cryptography;
using System.Text;

namespace Fovea.Io;

/// <summary>
/// The folder of what was fetched. Contents lie under their SHA-256 (<c>sha256/ab/cdef…/data</c>, each in a folder of its own, so that nothing
/// lies beside it that it could name), in <c>index</c> a file for each source says which content it had, in <c>parts</c> is what has not come to
/// its end, and <c>locks</c> keeps two processes from fetching one source at a time.
/// </summary>
/// <param name="options">Where it is, and how far it is trusted.</param>
internal sealed class SourceCache(SourceOptions options)
{
    private const string Contents = "sha256";
    private const string ContentName = "data";
    private const int FolderDigits = 2;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    // Windows' ERROR_SHARING_VIOLATION; EWOULDBLOCK of Linux and of macOS, which .NET passes on as they are.
    private static readonly int[] s_inUse = [unchecked((int)0x80070020), 11, 35];

    /// <summary>The folder.</summary>
    public string Root => options.Cache;

    /// <summary>The name of a source within the cache: letters and digits, whatever its text.</summary>
    public static string KeyOf(params string[] parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));

    /// <summary>Where a content lies, whether or not it is there.</summary>
    public string PathOf(string sha256) => Path.Combine(Root, Contents, sha256[..FolderDigits], sha256[FolderDigits..], ContentName);

    /// <summary>Whether a content of a cache is what its place says.</summary>
    public static bool IsIntact(string path)
    {
        string? folder = Path.GetDirectoryName(path);
        string said = $"{Path.GetFileName(Path.GetDirectoryName(folder))}{Path.GetFileName(folder)}";
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == said;
    }

    /// <summary>What is known of a source and lies there unharmed: of the length that it had and not written since, else of the same checksum. What is harmed is removed.</summary>
    public CacheEntry? Find(string key)
    {
        string index = IndexOf(key);
        if (!File.Exists(index) || CacheEntry.Read(File.ReadAllBytes(index)) is not { } entry || new FileInfo(PathOf(entry.Sha256)) is not { Exists: true } content)
        {
            return null;
        }

        bool isUntouched = content.LastWriteTimeUtc.Ticks == entry.Written;
        if (content.Length != entry.Length || ((!isUntouched || options.Verifies) && !IsIntact(content.FullName)))
        {
            content.Delete();
            return null;
        }

        return isUntouched ? entry : entry with { Written = content.LastWriteTimeUtc.Ticks };
    }

    /// <summary>Whether a content is there and is what its checksum says.</summary>
    public bool Has(string sha256) => File.Exists(PathOf(sha256)) && IsIntact(PathOf(sha256));

    /// <summary>Keeps what is known of a source. The content must be there.</summary>
    public void Remember(string key, CacheEntry entry) => AtomicFile.Write(IndexOf(key), entry.ToBytes());

    /// <summary>When a content was last written, as entries keep it.</summary>
    public long WrittenAt(string sha256) => File.GetLastWriteTimeUtc(PathOf(sha256)).Ticks;

    /// <summary>Makes a whole file a content: renamed, so that none is ever seen half. One that is there already stays, since others may be reading it.</summary>
    public void Take(string file, string sha256)
    {
        string path = PathOf(sha256);
        if (Has(sha256))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(file, path, overwrite: true);
    }

    /// <summary>The part of a source that has come so far.</summary>
    public PartFile PartOf(string key) => new(Path.Combine(Folder("parts"), $"{key}.part"));

    /// <summary>Waits until no other process or thread fetches the source. The system gives the lock back even if the process is killed.</summary>
    /// <param name="key">The source.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public async Task<IDisposable> LockAsync(string key, CancellationToken cancellation)
    {
        // The file stays: whoever removed it could remove one that the next waits for.
        string path = Path.Combine(Folder("locks"), $"{key}.lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException error) when (s_inUse.Contains(error.HResult))
            {
                await Task.Delay(s_poll, cancellation);
            }
        }
    }

    private string IndexOf(string key) => Path.Combine(Folder("index"), $"{key}.json");

    private string Folder(string name)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(path);
        return path;
    }
}
