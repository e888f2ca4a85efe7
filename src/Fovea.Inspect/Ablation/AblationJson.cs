using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Inspect;

/// <summary>How ablations become JSON: camel case, words for enumerations, and <c>"NaN"</c> for what has no value.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(AblationReport))]
internal sealed partial class AblationJson : JsonSerializerContext;
