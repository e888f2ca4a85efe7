namespace Fovea.Training.Data;

/// <summary>A shard on disk, its index beside it.</summary>
/// <param name="path">The shard.</param>
internal sealed class LocalShard(string path) : StoredShard(path)
{
    public override string Name => Path.GetFileNameWithoutExtension(Source);

    public override ShardIndex Index(DatasetOptions options, ShardLabels kind, out string? kept)
    {
        ShardIndex index = ShardIndices.Of(Source, options, kind, out bool isKept);
        kept = isKept ? ShardIndex.PathOf(Source) : null;
        return index;
    }

    public override T Use<T>(Func<string, T> read) => read(Source);

    public override void Read(long offset, byte[] target) => ShardFiles.Read(Source, offset, target);
}
