using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Inspect;

/// <summary>The words of an enumeration in camel case.</summary>
internal sealed class CamelCaseWords<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.CamelCase)
    where TEnum : struct, Enum;
