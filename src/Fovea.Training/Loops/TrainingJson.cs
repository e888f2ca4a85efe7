using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>The JSON forms of this library's records, written by the source generator so that trimming and AOT keep them.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TrainOptions))]
internal sealed partial class TrainingJson : JsonSerializerContext;
