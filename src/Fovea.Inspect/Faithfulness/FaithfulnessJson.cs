using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Inspect;

/// <summary>How studies of maps become JSON: camel case, words for enumerations, and <c>null</c> for a number that has no value.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(CamelCaseWords<FaithfulnessMetric>), typeof(NumberOrNull<double>), typeof(NumberOrNull<float>)])]
[JsonSerializable(typeof(FaithfulnessReport))]
internal sealed partial class FaithfulnessJson : JsonSerializerContext;
