using System.Text.Json;
using System.Text.Json.Serialization;
using Fovea.Imaging.Codecs;

namespace Fovea.Training;

/// <summary>A <see cref="SampleLevels"/> in JSON: <c>"0:4095"</c>, or <c>"0:4095:all"</c>.</summary>
internal sealed class SampleLevelsConverter : JsonConverter<SampleLevels>
{
    /// <inheritdoc/>
    public override SampleLevels Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, SampleLevels value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    /// <summary>The levels that come next.</summary>
    /// <exception cref="JsonException">It is no range within 0 to 65,535.</exception>
    public static SampleLevels Read(ref Utf8JsonReader reader)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return text is not null && SampleLevels.TryParse(text, out SampleLevels levels) ? levels
            : throw new JsonException($"expected levels such as \"0:4095\", got {text ?? reader.TokenType.ToString()}");
    }
}
