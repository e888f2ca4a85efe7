using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>The JSON form of what travels with weights, written by the source generator so that trimming and AOT keep it.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(ImageSizeConverter), typeof(SampleLevelsConverter)])]
[JsonSerializable(typeof(ModelDescription))]
internal sealed partial class WeightsJson : JsonSerializerContext;
