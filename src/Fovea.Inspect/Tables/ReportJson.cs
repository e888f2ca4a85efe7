using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Inspect;

/// <summary>How reports become JSON: camel case, words for enumerations, and <c>"NaN"</c> for what has no value.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(CamelCaseWords<FaithfulnessMetric>), typeof(CamelCaseWords<AttentionFinding>)])]
[JsonSerializable(typeof(FaithfulnessReport))]
[JsonSerializable(typeof(AttentionStatistics))]
[JsonSerializable(typeof(AblationReport))]
internal sealed partial class ReportJson : JsonSerializerContext;

/// <summary>The words of an enumeration in camel case.</summary>
internal sealed class CamelCaseWords<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.CamelCase)
    where TEnum : struct, Enum;
