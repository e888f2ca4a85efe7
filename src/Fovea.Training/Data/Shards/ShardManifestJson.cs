using System.Text.Json.Serialization;

namespace Fovea.Training.Data;

/// <summary>How <see cref="ShardManifest"/> is written, made at compile time.</summary>
[JsonSerializable(typeof(ShardManifest))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class ShardManifestJson : JsonSerializerContext;
