using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Inspect;

/// <summary>How statistics of attention become JSON: camel case, words for enumerations, and <c>null</c> for a number that has no value.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(CamelCaseWords<AttentionFinding>), typeof(NumberOrNull<double>), typeof(NumberOrNull<float>)])]
[JsonSerializable(typeof(AttentionStatistics))]
internal sealed partial class StatisticsJson : JsonSerializerContext;
