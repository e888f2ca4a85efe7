namespace Fovea.Training.Data;

/// <summary>How data are written as shards.</summary>
public sealed record ShardOptions
{
    /// <summary>The most bytes of a shard (at least 1 MB, default 256 MB); a picture that is larger has a shard of its own.</summary>
    public long Size { get; init; } = 256_000_000;

    /// <summary>The shorter side in pixels to which larger pictures are made smaller and stored as PNG (at least 1); null (default) stores files as they are.</summary>
    public int? Resize { get; init; }

    /// <summary>The seed of the order in which pictures are written, so that all shards are alike (default 0).</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        if (Size < 1_000_000)
        {
            throw new OptionException("size", $"must be at least 1MB, got {Size} bytes.");
        }

        if (Resize < 1)
        {
            throw new OptionException("resize", $"must be at least 1, got {Resize}.");
        }
    }
}
