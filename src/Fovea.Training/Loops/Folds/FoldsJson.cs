using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>The JSON form of a cross-validation, written by the source generator so that trimming and AOT keep it.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(ImageSizeConverter), typeof(SampleLevelsConverter)])]
[JsonSerializable(typeof(FoldsRecord))]
internal sealed partial class FoldsJson : JsonSerializerContext;
