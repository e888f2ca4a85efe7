using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Fovea.Imaging.Codecs;
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

    /// <summary>What stands beside the pictures: <c>masks</c>, <c>boxes</c>; null for classes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Labels { get; init; }

    /// <summary>How the data were opened where that says what labels mean; null for the defaults.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Opening { get; init; }

    /// <summary>Whether the masks are those that are written here: classes are counted from 0, and 255 does not count.</summary>
    [JsonIgnore]
    public bool HasMasks => Labels == NameOf(ShardLabels.Masks);

    /// <summary>How a manifest calls what stands beside the pictures.</summary>
    public static string? NameOf(ShardLabels kind) => kind switch { ShardLabels.Masks => "masks", ShardLabels.Boxes => "boxes", _ => null };

    /// <summary>What options say about the meaning of labels and of deep pictures; null for nothing.</summary>
    public static string? OpeningOf(DatasetOptions options)
    {
        string[] said =
        [
            .. options.IgnoreValue is { } ignored ? [$"ignore {ignored}"] : Array.Empty<string>(),
            .. options.MaskColors is { } colors ? [$"colors {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', colors.Lines))), 0, 8)}"] : Array.Empty<string>(),
            .. options.Orientation == OrientationHandling.Apply ? Array.Empty<string>() : [$"orientation {options.Orientation}"],
            .. options.Levels is { } levels ? [$"levels {levels}"] : Array.Empty<string>(),
        ];
        return said.Length == 0 ? null : string.Join("; ", said);
    }

    /// <summary>Reads a folder's; null when it has none that can be read.</summary>
    public static ShardManifest? TryRead(string folder) => TryReadFile(Path.Combine(folder, Name));

    /// <summary>Reads a file; null when it cannot be read.</summary>
    public static ShardManifest? TryReadFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
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
