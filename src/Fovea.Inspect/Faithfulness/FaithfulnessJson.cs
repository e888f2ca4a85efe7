using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Inspect;

/// <summary>How a study of maps becomes JSON: camel case, words for enumerations, and <c>"NaN"</c> for what has no value.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(CamelCaseWords<FaithfulnessMetric>)])]
[JsonSerializable(typeof(FaithfulnessReport))]
internal sealed partial class FaithfulnessJson : JsonSerializerContext;
