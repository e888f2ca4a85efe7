using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fovea.Training;

/// <summary>A size in JSON, as <see cref="ImageSizes"/> says.</summary>
internal sealed class ImageSizeConverter : JsonConverter<Size2>
{
    /// <summary>Reads a size where the reader stands.</summary>
    /// <exception cref="JsonException">It is neither a number nor a pair of numbers.</exception>
    public static Size2 Read(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return Side(ref json);
        }

        json.Read();
        int height = Side(ref json);
        json.Read();
        int width = Side(ref json);
        json.Read();
        return json.TokenType == JsonTokenType.EndArray ? new Size2(height, width) : throw Expected(json.TokenType);
    }

    public override Size2 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    public override void Write(Utf8JsonWriter writer, Size2 value, JsonSerializerOptions options) => writer.WriteSize(value);

    private static int Side(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number && json.TryGetInt32(out int side) ? side : throw Expected(json.TokenType);

    private static JsonException Expected(JsonTokenType got) => new($"expected an image size, a whole number or a pair [height, width] of them, got {got}");
}
