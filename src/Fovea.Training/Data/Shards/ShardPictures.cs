namespace Fovea.Training.Data;

/// <summary>The pictures of a shard from front to back, whatever stands beside them: of labels nothing is asked.</summary>
internal static class ShardPictures
{
    /// <summary>Walks over the headers of a shard.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="options">Which members are pictures.</param>
    /// <exception cref="DataException">It is damaged, ends too early or has no picture.</exception>
    public static void Check(string path, string source, DatasetOptions options)
    {
        int pictures = Walk(path, source, options, reads: false).Count();
        if (pictures == 0)
        {
            throw new DataException($"{source}: expected a shard with pictures, got none with the ending of one");
        }
    }

    /// <summary>Each picture's path in the shard and its file; null for one that is larger than the limit.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="options">Which members are pictures, and the most that one may take.</param>
    /// <exception cref="DataException">It is damaged, or ends too early.</exception>
    public static IEnumerable<(string Name, byte[]? Bytes)> Read(string path, string source, DatasetOptions options) => Walk(path, source, options, reads: true);

    private static IEnumerable<(string Name, byte[]? Bytes)> Walk(string path, string source, DatasetOptions options, bool reads)
    {
        using FileStream file = Opened(path, source, reads);
        var tar = new TarStream(file, source, long.MaxValue);
        while (tar.Next(out TarEntry entry))
        {
            if (!entry.IsFolder && entry.Path is { } name && options.IsNamed(Path.GetExtension(name)) && !IsMask(name, options))
            {
                yield return (name, reads && entry.Length <= options.MemoryLimit ? tar.ReadBody(options.MemoryLimit) : null);
            }
        }
    }

    // A mask of a sample is no picture; names of pictures may have dots in them.
    private static bool IsMask(string name, DatasetOptions options) =>
        name.LastIndexOf('.') is > 0 and int ending && name.LastIndexOf('.', ending - 1) is >= 0 and int dot && ShardScanner.IsMask(name[dot..], options);

    private static FileStream Opened(string path, string source, bool reads)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, reads ? 1 << 16 : 1 << 12);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{source}: the shard cannot be read: {e.Message}", e);
        }
    }
}
