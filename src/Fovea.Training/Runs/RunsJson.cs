using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>The JSON form of what a run folder says of its run, written by the source generator so that trimming and AOT keep it.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RunStatus))]
internal sealed partial class RunsJson : JsonSerializerContext;
