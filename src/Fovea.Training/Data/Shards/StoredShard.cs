namespace Fovea.Training.Data;

/// <summary>One shard, wherever it lies.</summary>
/// <param name="source">Its path or address, as messages print it.</param>
internal abstract class StoredShard(string source)
{
    /// <summary>Its path or address, as messages print it.</summary>
    public string Source { get; } = source;

    /// <summary>What its pictures' names begin with: the file's name without the ending.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it has to be fetched from another machine.</summary>
    public virtual bool IsFetched => false;

    /// <summary>What lies where in it. Of a shard that cannot be read the index is empty and says why.</summary>
    /// <param name="options">Which members are pictures.</param>
    /// <param name="kind">What stands beside the pictures.</param>
    /// <param name="kept">The file that holds the index; null where no file does.</param>
    public abstract ShardIndex Index(DatasetOptions options, ShardLabels kind, out string? kept);

    /// <summary>Gives the shard as a file of this machine, which is there until what is done with it is done.</summary>
    /// <param name="read">What is done with it; again from the beginning where the file was removed before it was opened.</param>
    /// <exception cref="DataException">The shard cannot be had.</exception>
    public abstract T Use<T>(Func<string, T> read);

    /// <summary>Fills an array from a place in it. Called from many threads at once.</summary>
    /// <exception cref="DataException">It cannot be read, or ends before.</exception>
    public abstract void Read(long offset, byte[] target);
}
