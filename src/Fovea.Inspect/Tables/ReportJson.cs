using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Fovea.Inspect;

/// <summary>How reports become JSON: camel case, words for enumerations, and <c>"NaN"</c> for what has no value.</summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static JsonObject Of<TReport>(TReport report) => JsonSerializer.SerializeToNode(report, s_options)!.AsObject();
}
