using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>The JSON form of options, written by the source generator so that trimming and AOT keep it.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(ImageSizeConverter), typeof(SampleLevelsConverter)])]
[JsonSerializable(typeof(TrainOptions))]
internal sealed partial class OptionsJson : JsonSerializerContext;
