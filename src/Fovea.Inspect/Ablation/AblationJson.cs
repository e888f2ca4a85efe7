using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Inspect;

/// <summary>How ablations become JSON: camel case, words for enumerations, and <c>null</c> for a number that has no value.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(NumberOrNull<double>), typeof(NumberOrNull<float>)])]
[JsonSerializable(typeof(AblationReport))]
internal sealed partial class AblationJson : JsonSerializerContext;
