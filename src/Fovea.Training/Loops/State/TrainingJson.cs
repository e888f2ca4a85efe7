using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>The JSON forms of what the loops keep, written by the source generator so that trimming and AOT keep them.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(ImageSizeConverter), typeof(SampleLevelsConverter)])]
[JsonSerializable(typeof(TrainState))]
[JsonSerializable(typeof(EpochMetrics))]
[JsonSerializable(typeof(MemoryEstimate))]
[JsonSerializable(typeof(BulkManifest))]
internal sealed partial class TrainingJson : JsonSerializerContext;
