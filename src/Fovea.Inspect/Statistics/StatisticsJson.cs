using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Inspect;

/// <summary>How statistics of attention become JSON: camel case, words for enumerations, and <c>"NaN"</c> for what has no value.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(CamelCaseWords<AttentionFinding>)])]
[JsonSerializable(typeof(AttentionStatistics))]
internal sealed partial class StatisticsJson : JsonSerializerContext;
