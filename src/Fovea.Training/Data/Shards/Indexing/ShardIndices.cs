using Fovea.Io;

namespace Fovea.Training.Data;

/// <summary>The indices of shards: read where they are there, made where not.</summary>
internal static class ShardIndices
{
    /// <summary>The index of a shard. One that is not there, is damaged or is of a shard of other length is made anew and kept beside the shard.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="options">Which members are pictures.</param>
    /// <param name="kind">What stands beside the pictures.</param>
    /// <param name="isKept">Whether it lies beside the shard; false where nothing can be written there.</param>
    public static ShardIndex Of(string shard, DatasetOptions options, ShardLabels kind, out bool isKept)
    {
        // What is open may be of a file that was replaced since.
        ShardFiles.Close(shard);
        ShardFiles.Close(ShardIndex.PathOf(shard));
        isKept = true;
        ShardIndex? there = TryRead(shard), index = there;
        if (index?.Kind == kind)
        {
            return index;
        }

        try
        {
            index = ShardScanner.Scan(shard, options, kind);
        }
        catch (DataException e)
        {
            // Nothing of it can be read, which is said; the other shards go on.
            isKept = false;
            return new ShardIndexBuilder(kind).Build(0, e.Message);
        }

        // The index of other labels that the shard has too may be in use: it stays.
        isKept = there is not { Count: > 0 } && TryWrite(shard, index);
        return index;
    }

    /// <summary>The index beside a shard; null when there is none that is whole and of this shard.</summary>
    public static ShardIndex? TryRead(string shard)
    {
        try
        {
            string path = ShardIndex.PathOf(shard);
            var (file, own) = (new FileInfo(shard), new FileInfo(path));
            return file.Exists && own.Exists && own.LastWriteTimeUtc >= file.LastWriteTimeUtc && ShardIndex.Parse(File.ReadAllBytes(path)) is { } index && index.Length == file.Length
                ? index
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the index beside a shard; false where that cannot be.</summary>
    private static bool TryWrite(string shard, ShardIndex index)
    {
        try
        {
            ShardFiles.Close(ShardIndex.PathOf(shard));
            AtomicFile.Write(ShardIndex.PathOf(shard), index.ToBytes());
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
