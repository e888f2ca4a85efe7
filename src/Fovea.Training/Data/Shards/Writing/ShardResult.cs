namespace Fovea.Training.Data;

/// <summary>What a folder of shards holds.</summary>
/// <param name="Pictures">Its pictures.</param>
/// <param name="Shards">Its shards.</param>
/// <param name="Bytes">The bytes of all shards.</param>
/// <param name="Written">The shards that were written now; the others were there, whole.</param>
/// <param name="Unreadable">What could not be read and was left out, in sentences.</param>
public sealed record ShardResult(int Pictures, int Shards, long Bytes, int Written, IReadOnlyList<string> Unreadable);
