namespace Fovea.Training.Data;

/// <summary>Shards and what lies beside them.</summary>
/// <param name="Name">Where they lie, for messages.</param>
/// <param name="Shards">The shards.</param>
/// <param name="Classes">The names in <c>classes.txt</c>; null where there is none.</param>
/// <param name="Manifest">What <c>shards.json</c> says; null where there is none.</param>
internal sealed record ShardSource(string Name, IReadOnlyList<StoredShard> Shards, string[]? Classes, ShardManifest? Manifest)
{
    /// <summary>How many pictures there are to be; null where nothing says it.</summary>
    public int? Pictures { get; init; } = Manifest?.Pictures;
}
