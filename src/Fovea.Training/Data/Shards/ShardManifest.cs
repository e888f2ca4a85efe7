using System.Text.Json;
using Fovea.Io;

namespace Fovea.Training.Data;

/// <summary>What a folder of shards is written from, kept in it as <c>shards.json</c>: only the same goes on with a folder that was begun.</summary>
/// <param name="Pictures">How many pictures there are.</param>
/// <param name="Size">The most bytes of a shard.</param>
/// <param name="Resize">The shorter side in pixels; null for pictures as they are.</param>
/// <param name="Seed">The seed of the order.</param>
internal sealed record ShardManifest(int Pictures, long Size, int? Resize, ulong Seed)
{
    /// <summary>The file's name.</summary>
    public const string Name = "shards.json";
    private const int LongestFile = 4096;

    /// <summary>Reads a folder's; null when it has none that can be read.</summary>
    public static ShardManifest? TryRead(string folder)
    {
        try
        {
            var file = new FileInfo(Path.Combine(folder, Name));
            return file.Exists && file.Length <= LongestFile ? JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), ShardManifestJson.Default.ShardManifest) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(string folder) => AtomicFile.Write(Path.Combine(folder, Name), JsonSerializer.SerializeToUtf8Bytes(this, ShardManifestJson.Default.ShardManifest));
}
